/** Wake-ups: something was said that may mean a push. Nobody believes it; the next look only comes sooner. */
import type { Delay } from './deps.ts';

export interface Hints {
  /** Ends the wait at hand, or shortens the next one. */
  wake(): void;
  /** Waits for so long, or until woken, but never less than `leastMs`. @throws the reason of the signal */
  wait(ms: number, leastMs: number, signal: AbortSignal): Promise<void>;
}

export function createHints(delay: Delay): Hints {
  let isWoken = false;
  let interrupt = () => {};

  const waitUntilWoken = async (ms: number, signal: AbortSignal) => {
    const rest = new AbortController();
    const stop = () => rest.abort();
    interrupt = stop;
    signal.addEventListener('abort', stop, { once: true });
    try {
      await delay(ms, rest.signal);
    } catch (error) {
      signal.throwIfAborted();
      if (!rest.signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', stop);
      interrupt = () => {};
    }
  };

  return {
    wake() {
      isWoken = true;
      interrupt();
    },
    async wait(ms, leastMs, signal) {
      await delay(Math.min(ms, leastMs), signal);
      if (!isWoken && ms > leastMs) await waitUntilWoken(ms - leastMs, signal);
      isWoken = false;
    },
  };
}
