/** The queue of smart proxies: paths to look at on the proxies, and a sweep for those that nobody named. */
import type { Queue } from 'bullmq';
import { createTurnQueue, createTurnWorker, type TurnEnd, type TurnWorker, type TurnWorkerOptions } from './turns.ts';

export interface ProxyQueue {
  /** Queues a sweep, unless one is queued. @throws E_TRANSPORT */
  addSweep(): Promise<void>;
  /** Queues a path, unless it is queued, however long that waits. @throws E_TRANSPORT */
  add(path: string): Promise<void>;
  /** Looks at a path after this time at the latest; further calls until then come to one look. @throws E_TRANSPORT */
  lookWithin(path: string, afterMs: number): Promise<void>;
}

export interface ProxyWorkerDeps extends TurnWorkerOptions {
  readonly look: (path: string, signal: AbortSignal) => Promise<TurnEnd>;
  readonly sweep: (signal: AbortSignal) => Promise<void>;
}

/** @param queue the one that is called `proxies` */
export function createProxyQueue(queue: Queue): ProxyQueue {
  const turns = createTurnQueue(queue);
  return {
    addSweep: () => turns.addSweep(),
    add: (path) => turns.add(path),
    lookWithin: (path, afterMs) => turns.within(path, afterMs),
  };
}

export function createProxyWorker({ look, sweep, ...options }: ProxyWorkerDeps): TurnWorker {
  const take = async (path: string | null, signal: AbortSignal): Promise<TurnEnd> => {
    if (path !== null) return look(path, signal);
    await sweep(signal);
    return { kind: 'done' };
  };
  return createTurnWorker({ ...options, queue: 'proxies', take });
}
