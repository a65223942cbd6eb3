/** A failure with the name of the Ruby class that the task's text shows. */
export class StepError extends Error {
  readonly className: string;

  constructor(className: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.className = className;
  }
}
