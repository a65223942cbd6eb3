/** For tests that watch what goes on in this process or beside it. */
import { findStart } from './servers/process.ts';
import { type Look, waitFor } from './servers/wait.ts';

/** `waitFor` with a short patience and fifty looks a second. @throws ServerProblem when it does not come in time */
export function until<T>(what: string, look: Look<T>, timeoutMs = 10_000): Promise<T> {
  return waitFor(what, look, { timeoutMs, gapMs: 20 });
}

/** True while the process of this id runs; one that ended and waits to be reaped does not. */
export function isAlive(pid: number): boolean {
  return findStart(pid) !== null;
}
