/**
 * Keeps wrong logins from Katello, whose brute force lock would otherwise refuse everybody at our address.
 *
 * Katello counts failures of an address, shuts it out at 30 and forgets them five minutes after the last one (Katello
 * 4.14 to 5.0); a right login does not reset the count. Here it is counted alike, with a lower limit: what is under way
 * counts as if it had failed, so that many logins at once cannot pass together.
 */
import { EventEmitter, once } from 'node:events';
import { refuse } from '../domain/reason.ts';

export interface Attempt<T> {
  readonly login: string;
  /** true if Katello took the very same credentials before */
  readonly isKnown: boolean;
  /** Asks Katello. */
  readonly ask: () => Promise<T>;
  readonly isWrong: (answer: T) => boolean;
  /** True if Katello may have counted a failure, though asking ended in this error. */
  readonly mayHaveCounted: (error: unknown) => boolean;
}

export interface Throttle {
  /**
   * Asks as soon as a failure could do no harm, and answers what was answered.
   *
   * @throws E_REFUSED too-many-failures unasked; whatever `ask` throws
   */
  run<T>(attempt: Attempt<T>, signal: AbortSignal): Promise<T>;
}

export interface ThrottleOptions {
  /** milliseconds from any fixed point, never going back */
  readonly now: () => number;
  /** Logins are not passed on from now on. */
  readonly onFull: () => void;
}

const FORGOTTEN_MS = 300_000;
const LIMIT = 15;
/** Credentials that were right before go on being asked beyond the limit: a stranger cannot shut out the others. */
const LIMIT_OF_KNOWN = 25;
const LIMIT_OF_LOGIN = 5;

interface Count {
  failures: number;
  lastAt: number;
  asking: number;
}

export function createThrottle({ now, onFull }: ThrottleOptions): Throttle {
  const total: Count = { failures: 0, lastAt: 0, asking: 0 };
  const logins = new Map<string, Count>();
  const ended = new EventEmitter().setMaxListeners(0);

  function failuresOf(count: Count): number {
    if (now() - count.lastAt >= FORGOTTEN_MS) count.failures = 0;
    return count.failures;
  }

  /** @throws E_REFUSED too-many-failures */
  function hasRoom(count: Count, limit: number): boolean {
    const failures = failuresOf(count);
    if (failures >= limit) {
      const s = Math.ceil((count.lastAt + FORGOTTEN_MS - now()) / 1000);
      throw refuse('too-many-failures', { s: String(s) });
    }
    return failures + count.asking < limit;
  }

  function countFailure(counts: readonly Count[]): void {
    for (const count of counts) {
      count.failures = failuresOf(count) + 1;
      count.lastAt = now();
    }
    if (total.failures === LIMIT) onFull();
  }

  function countOf(login: string): Count {
    const name = login.toLowerCase(); // as Foreman finds it
    const count = logins.get(name) ?? { failures: 0, lastAt: 0, asking: 0 };
    logins.set(name, count);
    return count;
  }

  function forgetIdle(): void {
    for (const [login, count] of logins) if (count.asking === 0 && failuresOf(count) === 0) logins.delete(login);
  }

  return {
    async run({ login, isKnown, ask, isWrong, mayHaveCounted }, signal) {
      const isFree = () =>
        isKnown ? hasRoom(total, LIMIT_OF_KNOWN) : hasRoom(total, LIMIT) && hasRoom(countOf(login), LIMIT_OF_LOGIN);
      while (!isFree()) await once(ended, 'ended', { signal });

      const counts = [total, countOf(login)];
      for (const count of counts) count.asking++;
      try {
        const answer = await ask();
        if (isWrong(answer)) countFailure(counts);
        return answer;
      } catch (error) {
        // credentials that were right before most likely still are
        if (!isKnown && mayHaveCounted(error)) countFailure(counts);
        throw error;
      } finally {
        for (const count of counts) count.asking--;
        forgetIdle();
        ended.emit('ended');
      }
    },
  };
}
