/** Polls, for tests that watch another process. */
import { setTimeout as delay } from 'node:timers/promises';
import { findStart } from './servers/process.ts';

/** Answers the first value that is not undefined, false or null. @throws when there is none in time */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false | null> | T | undefined | false | null,
  timeoutMs = 10_000,
): Promise<T> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; await delay(20)) {
    const found = await look();
    if (found !== undefined && found !== false && found !== null) return found;
  }
  throw new Error(`${what} did not come within ${timeoutMs} ms`);
}

/** True while the process of this id runs; one that ended and waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  return findStart(pid) !== null;
}
