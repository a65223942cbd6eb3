/** When a failed call is made again by the client itself, and after which pause. Pure. */
import { HttpStatusError, ReactorError, TransportError } from '../errors.ts';
import { NoAnswer } from './no-answer.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

/**
 * True if the same request may be sent again.
 *
 * An idempotent one: whenever the failure passes by itself. Any other only when it certainly had no effect: it never
 * reached the server, or the server turned it away unread (429, 503).
 */
export function mayRepeat(error: unknown, isIdempotent: boolean): boolean {
  if (!(error instanceof ReactorError) || error.disposition !== 'retry') return false;
  return isIdempotent || hadNoEffect(error);
}

/** True if the server certainly did nothing: it was not reached, or turned the request away unread. */
export function hadNoEffect(error: unknown): boolean {
  if (error instanceof HttpStatusError) return error.failure.status === 429 || error.failure.status === 503;
  return error instanceof TransportError && error.cause instanceof NoAnswer && !error.cause.mayHaveArrived;
}

/**
 * Milliseconds to wait after the failure of attempt 1, 2, …: what the server asked for, else 0.5 s, doubled each time;
 * never more than 30 s.
 */
export function pauseMs(error: unknown, attempt: number): number {
  const askedSeconds = error instanceof HttpStatusError ? error.failure.retryAfterSeconds : null;
  const wantedMs = askedSeconds === null ? FIRST_PAUSE_MS * 2 ** (attempt - 1) : askedSeconds * 1000;
  return Math.min(wantedMs, LONGEST_PAUSE_MS);
}
