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

/**
 * Looks until `look` gives something other than undefined, and answers it.
 *
 * @throws ServerProblem naming `what` when the time is over; whatever `look` throws, at once
 */
export async function waitFor<T>(what: string, look: () => Promise<T | undefined>, options: WaitOptions): Promise<T> {
  const deadline = Date.now() + options.timeoutMs;
  for (;;) {
    options.signal?.throwIfAborted();
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) {
      throw new ServerProblem(`${what} did not come within ${Math.round(options.timeoutMs / 1000)} s`, options.hint);
    }
    await delay(options.gapMs ?? 100, undefined, { signal: options.signal });
  }
}
