/** A clock that stands still until a test lets a wait pass. */

export interface ManualTime {
  /** epoch milliseconds */
  readonly now: () => number;
  /** Waits until the test passes it. */
  readonly delay: (ms: number, signal?: AbortSignal) => Promise<void>;
  /** Resolves with the length of the wait as soon as somebody waits. */
  whenWaiting(): Promise<number>;
  /** Lets the next wait end, and answers how long it was. */
  pass(): Promise<number>;
  /** Moves the clock without ending any wait. */
  skip(ms: number): void;
}

interface Wait {
  readonly ms: number;
  readonly end: () => void;
}

export function createManualTime(startMs = Date.UTC(2026, 10, 24, 12)): ManualTime {
  let nowMs = startMs;
  const waits: Wait[] = [];
  let tell = () => {};

  const whenWaiting = async (): Promise<number> => {
    while (waits[0] === undefined) {
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
    }
    return waits[0].ms;
  };

  return {
    now: () => nowMs,
    delay: (ms, signal) =>
      new Promise((resolve, reject) => {
        signal?.throwIfAborted();
        const stop = () => {
          waits.splice(waits.indexOf(wait), 1);
          reject(signal?.reason);
        };
        const end = () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        };
        const wait = { ms, end };
        waits.push(wait);
        signal?.addEventListener('abort', stop, { once: true });
        tell();
      }),
    whenWaiting,
    async pass() {
      const ms = await whenWaiting();
      nowMs += ms;
      waits.shift()?.end();
      return ms;
    },
    skip(ms) {
      nowMs += ms;
    },
  };
}
