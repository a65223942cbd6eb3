/** Waiting for something that only polling can tell. */
import { setTimeout as delay } from 'node:timers/promises';
import { ServerProblem } from './problem.ts';

export interface WaitOptions {
  readonly timeoutMs: number;
  /** between two looks; default 100 ms */
  readonly gapMs?: number;
  readonly signal?: AbortSignal | undefined;
  /** what a person can do when the time is over */
  readonly hint?: string;
}

/** Looks once; undefined, false and null mean that it has not come yet. */
export type Look<T> = () => Promise<T | undefined | false | null> | T | undefined | false | null;

/**
 * Looks until there is something, and answers it.
 *
 * @throws ServerProblem naming `what` when the time is over; whatever `look` throws, at once
 */
export async function waitFor<T>(what: string, look: Look<T>, options: WaitOptions): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const seen = await look();
    if (seen !== undefined && seen !== false && seen !== null) return seen;
    if (Date.now() > deadline) {
      throw new ServerProblem(`${what} did not come within ${Math.round(options.timeoutMs / 1000)} s`, options.hint);
    }
    await delay(options.gapMs ?? 100, undefined, { signal: options.signal });
  }
}
