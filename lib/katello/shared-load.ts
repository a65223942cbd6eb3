/** A value that several callers want at once is loaded once, and kept for a short time. */

export interface SharedLoad<T> {
  /** An abort ends the caller's own wait; the load goes on while anybody else waits for it. */
  read(signal?: AbortSignal): Promise<T>;
}

interface Load<T> {
  readonly value: Promise<T>;
  readonly controller: AbortController;
  /** null while it is under way */
  loadedAt: number | null;
  waiting: number;
}

/**
 * Keeps a loaded value for `ttlMs` from when it came. A failure reaches those who wait for it and is not kept.
 *
 * @param now milliseconds from any fixed point, never going back
 */
export function createSharedLoad<T>(
  load: (signal: AbortSignal) => Promise<T>,
  ttlMs: number,
  now: () => number,
): SharedLoad<T> {
  let current: Load<T> | null = null;

  function start(): Load<T> {
    const controller = new AbortController();
    const started: Load<T> = { value: load(controller.signal), controller, loadedAt: null, waiting: 0 };
    void settle(started);
    return started;
  }

  async function settle(started: Load<T>): Promise<void> {
    try {
      await started.value;
      started.loadedAt = now();
    } catch {
      drop(started); // whoever waits for it has the failure
    }
  }

  function drop(failed: Load<T>): void {
    if (current === failed) current = null;
  }

  function isFresh({ loadedAt }: Load<T>): boolean {
    return loadedAt === null || now() - loadedAt < ttlMs;
  }

  return {
    async read(signal) {
      signal?.throwIfAborted();
      const joined = current !== null && isFresh(current) ? current : start();
      current = joined;
      joined.waiting++;
      try {
        return await orAbort(joined.value, signal);
      } finally {
        joined.waiting--;
        if (joined.waiting === 0 && joined.loadedAt === null) {
          drop(joined);
          joined.controller.abort();
        }
      }
    },
  };
}

function orAbort<T>(value: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return value;
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    signal.addEventListener('abort', onAbort, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort));
  });
}
