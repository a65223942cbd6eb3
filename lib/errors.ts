/**
 * Every failure the reactor knows. Code that meets one decides by `disposition`, never by text.
 */

/**
 * What to do about a failure.
 *
 * - `retry`: the same thing again after a pause
 * - `replan`: the world moved; observe again (counts as an attempt, so it ends)
 * - `wait`: somebody else is at it; later, and no attempt is used up
 * - `pause`: nobody can work now; all workers stop until a probe succeeds, no attempt is used up
 * - `give-up`: stop and tell a person
 */
export type Disposition = 'retry' | 'replan' | 'wait' | 'pause' | 'give-up';

/** Stable names of the failures, for logs, answers and tests. */
export type ErrorCode =
  | 'E_CONFIG'
  | 'E_TRANSPORT'
  | 'E_HTTP_STATUS'
  | 'E_AUTH'
  | 'E_BUSY'
  | 'E_REFUSED'
  | 'E_RESPONSE_SHAPE'
  | 'E_TASK_FAILED'
  | 'E_TASK_TIMEOUT'
  | 'E_LEASE_LOST'
  | 'E_INVARIANT';

/** The remote systems a failure can belong to. */
export type System = 'pulp' | 'katello' | 'redis' | 'receiver';

/** Base of every failure below. `cause` holds the failure underneath, where there is one. */
export abstract class ReactorError extends Error {
  abstract readonly code: ErrorCode;
  abstract readonly disposition: Disposition;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** The configuration is unusable; the message names every bad variable at once. */
export class ConfigError extends ReactorError {
  readonly code = 'E_CONFIG';
  readonly disposition = 'give-up';
}

/** No answer of the system itself came: refused, reset, unknown host, time limit, or a page of something in between. */
export class TransportError extends ReactorError {
  readonly code = 'E_TRANSPORT';
  readonly disposition = 'retry';
  readonly system: System;

  constructor(system: System, message: string, options?: ErrorOptions) {
    super(message, options);
    this.system = system;
  }
}

/** What an answer with an unwanted status said, reduced to what is safe to log. */
export interface HttpFailure {
  readonly system: System;
  readonly method: string;
  /** path and query without credentials */
  readonly url: string;
  readonly status: number;
  /** the server's own text, shortened; the name of the status when the body was not in a known form */
  readonly detail: string;
  /** seconds from `Retry-After`, or null */
  readonly retryAfterSeconds: number | null;
}

/** The server answered with a status that is no success. */
export class HttpStatusError extends ReactorError {
  readonly code = 'E_HTTP_STATUS';
  readonly disposition: Disposition;
  readonly failure: HttpFailure;

  constructor(failure: HttpFailure, options?: ErrorOptions) {
    super(
      `${failure.system} answered ${failure.status} to ${failure.method} ${failure.url}: ${failure.detail}`,
      options,
    );
    this.failure = failure;
    this.disposition = dispositionOfStatus(failure.status);
  }
}

/** The server refuses the reactor's own account (401 or 403). */
export class AuthError extends ReactorError {
  readonly code = 'E_AUTH';
  readonly disposition = 'pause';
  readonly failure: HttpFailure;

  constructor(failure: HttpFailure, options?: ErrorOptions) {
    super(
      `${failure.system} refuses the reactor's account (${failure.status} to ${failure.method} ${failure.url}): ${failure.detail}`,
      options,
    );
    this.failure = failure;
  }
}

/** A named task or publish holds the repository; it has to end first. */
export class BusyError extends ReactorError {
  readonly code = 'E_BUSY';
  readonly disposition = 'wait';
  readonly system: System;
  /** ids of the tasks that hold it; empty while another run of the reactor does */
  readonly taskIds: readonly string[];
  /** true if one of them is paused: then it waits for a person */
  readonly isPaused: boolean;
  /** when the first paused one started, in Katello's words; null where none is or it was not told */
  readonly startedAt: string | null;

  constructor(
    system: System,
    message: string,
    taskIds: readonly string[],
    isPaused: boolean,
    options: ErrorOptions & { readonly startedAt?: string | null | undefined } = {},
  ) {
    super(message, options);
    this.startedAt = options.startedAt ?? null;
    this.system = system;
    this.taskIds = taskIds;
    this.isPaused = isPaused;
  }
}

/** A rule says no. `reason` is a code of domain/reason.ts; `details` fill its text. */
export class RefusedError extends ReactorError {
  readonly code = 'E_REFUSED';
  readonly disposition = 'give-up';
  readonly reason: string;
  readonly details: Readonly<Record<string, string>>;

  constructor(reason: string, message: string, details: Readonly<Record<string, string>> = {}, options?: ErrorOptions) {
    super(message, options);
    this.reason = reason;
    this.details = details;
  }
}

/** A body is not of the shape that its schema asks for. Keeps the issues, never the body. */
export class ResponseShapeError extends ReactorError {
  readonly code = 'E_RESPONSE_SHAPE';
  readonly disposition = 'give-up';
  readonly system: System;
  /** one line a problem, with the place in the body */
  readonly issues: readonly string[];

  constructor(system: System, message: string, issues: readonly string[], options?: ErrorOptions) {
    super(`${message}: ${issues.join('; ')}`, options);
    this.system = system;
    this.issues = issues;
  }
}

/** A remote task ended without success. */
export class TaskFailedError extends ReactorError {
  readonly code = 'E_TASK_FAILED';
  readonly disposition = 'replan';
  readonly system: System;
  /** href (Pulp) or uuid (Katello) */
  readonly task: string;
  /** what its task said, or its final state */
  readonly detail: string;

  constructor(system: System, task: string, detail: string, options?: ErrorOptions) {
    super(`${system} task ${task} failed: ${detail}`, options);
    this.system = system;
    this.task = task;
    this.detail = detail;
  }
}

/** A remote task was not final in time; it may still end well. */
export class TaskTimeoutError extends ReactorError {
  readonly code = 'E_TASK_TIMEOUT';
  readonly disposition = 'retry';
  readonly system: System;
  readonly task: string;

  constructor(system: System, task: string, waitedMs: number, options?: ErrorOptions) {
    super(`${system} task ${task} did not end within ${Math.round(waitedMs / 1000)} s`, options);
    this.system = system;
    this.task = task;
  }
}

/** Another process took the path over; this one must not write any more. */
export class LeaseLostError extends ReactorError {
  readonly code = 'E_LEASE_LOST';
  readonly disposition = 'replan';
}

/** Something that cannot be: our own bug. */
export class InvariantError extends ReactorError {
  readonly code = 'E_INVARIANT';
  readonly disposition = 'give-up';
}

/** True for the error that an `AbortSignal` gives; an abort is not a failure. */
export function isAbort(error: unknown): boolean {
  return error instanceof Error && (error.name === 'AbortError' || ('code' in error && error.code === 'ABORT_ERR'));
}

/** Neither system sends the reactor elsewhere: a redirect is of something on the way that answers for a moment. */
function dispositionOfStatus(status: number): Disposition {
  if (status < 400 || status === 408 || status === 429 || status >= 500) return 'retry';
  if (status === 404 || status === 409 || status === 422) return 'replan';
  return 'give-up';
}
