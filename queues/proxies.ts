/** The queue of smart proxies: paths to look at on the proxies, and a sweep for those that nobody named. */
import type { Queue } from 'bullmq';
import {
  createPathQueue,
  createPathWorker,
  type JobEnd,
  type PathWorker,
  type PathWorkerOptions,
} from './path-queue.ts';

export interface ProxyQueue {
  /** Queues a sweep, unless one is queued. @throws E_TRANSPORT */
  addSweep(): Promise<void>;
  /** Queues a path, unless it is queued, however long that waits. @throws E_TRANSPORT */
  add(path: string): Promise<void>;
  /** Looks at a path after this time at the latest; further calls until then come to one look. @throws E_TRANSPORT */
  lookWithin(path: string, afterMs: number): Promise<void>;
}

export interface ProxyWorkerDeps extends PathWorkerOptions {
  readonly look: (path: string, signal: AbortSignal) => Promise<JobEnd>;
  readonly sweep: (signal: AbortSignal) => Promise<void>;
}

/** @param queue the one that is called `proxies` */
export function createProxyQueue(queue: Queue): ProxyQueue {
  const paths = createPathQueue(queue);
  return {
    addSweep: () => paths.addSweep(),
    add: (path) => paths.add(path),
    lookWithin: (path, afterMs) => paths.within(path, afterMs),
  };
}

/** Takes nothing until it is started. */
export function createProxyWorker({ look, sweep, ...options }: ProxyWorkerDeps): PathWorker {
  const take = async (path: string | null, signal: AbortSignal): Promise<JobEnd> => {
    if (path !== null) return look(path, signal);
    await sweep(signal);
    return { kind: 'done' };
  };
  return createPathWorker({ ...options, queue: 'proxies', take });
}
