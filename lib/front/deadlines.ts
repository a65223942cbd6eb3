/** Work that is given up after a time, or when the server closes. */

export interface Deadlines {
  /** Runs `work` under a signal of its own. */
  run<T>(work: (signal: AbortSignal) => Promise<T>): Promise<T>;
  /** Aborts all that is under way. */
  close(): void;
}

/** One controller for each piece of work: `AbortSignal.any` on a signal that lives long keeps a trace of each (Node 20). */
export function createDeadlines(timeoutMs: number): Deadlines {
  const running = new Set<AbortController>();
  return {
    async run(work) {
      const controller = new AbortController();
      const timer = setTimeout(() => controller.abort(new DOMException('took too long', 'TimeoutError')), timeoutMs);
      running.add(controller);
      try {
        return await work(controller.signal);
      } finally {
        clearTimeout(timer);
        running.delete(controller);
      }
    },
    close() {
      for (const controller of running) controller.abort();
    },
  };
}
