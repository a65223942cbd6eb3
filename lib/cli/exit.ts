/**
 * Exit codes, and the failures that lead to them.
 */
import { ConfigError, ReactorError, RefusedError } from '../errors.ts';

export const EXIT = {
  done: 0,
  /** in part too; a failed check of the doctor; a bug */
  failed: 1,
  /** usage, configuration */
  usage: 2,
  notFound: 3,
  /** by rule, limit, permission */
  refused: 4,
  /** Pulp, Katello, Redis or the daemon */
  silent: 5,
  /** what was waited for did not come in time */
  timedOut: 124,
  interrupted: 130,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** A failure as the person at the command line sees it. */
export class CliError extends Error {
  readonly exitCode: ExitCode;
  /** one word that names it */
  readonly reason: string;
  /** what to do about it */
  readonly hint: string | null;

  constructor(exitCode: ExitCode, reason: string, message: string, hint: string | null = null) {
    super(message);
    this.name = 'CliError';
    this.exitCode = exitCode;
    this.reason = reason;
    this.hint = hint;
  }
}

/** Any failure as one for the command line. */
export function toCliError(error: unknown): CliError {
  if (error instanceof CliError) return error;
  if (error instanceof ConfigError) {
    return new CliError(EXIT.usage, 'configuration', withCause(error), 'kpr config validate');
  }
  if (error instanceof RefusedError) return new CliError(EXIT.refused, error.reason, error.message);
  if (error instanceof ReactorError) {
    const isSilent = error.disposition === 'retry' || error.disposition === 'pause';
    return new CliError(isSilent ? EXIT.silent : EXIT.failed, error.code, withCause(error));
  }
  return new CliError(EXIT.failed, 'bug', error instanceof Error ? withCause(error) : String(error));
}

function withCause(error: Error): string {
  return error.cause instanceof Error ? `${error.message} (${error.cause.message})` : error.message;
}
