/** What goes wrong around the servers and what a person can do about it. */

/** A server, a package or a command is not as needed; `hint` says what to do, empty when nothing more is known. */
export class ServerProblem extends Error {
  readonly hint: string;

  constructor(message: string, hint = '', options?: ErrorOptions) {
    super(message, options);
    this.name = 'ServerProblem';
    this.hint = hint;
  }
}
