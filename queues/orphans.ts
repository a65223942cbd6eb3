/** The queue of orphans: a sweep, and for each orphan the next step towards its deletion. */
import type { Queue } from 'bullmq';
import {
  createPathQueue,
  createPathWorker,
  type JobEnd,
  type PathWorker,
  type PathWorkerOptions,
} from './path-queue.ts';

export interface OrphanQueue {
  /** Queues a sweep, unless one is queued. @throws E_TRANSPORT */
  addSweep(): Promise<void>;
  /** Queues the next step of a path after this time at the latest, unless one is queued that comes sooner. @throws E_TRANSPORT */
  addStep(path: string, afterMs: number): Promise<void>;
}

export interface OrphanWorkerDeps extends PathWorkerOptions {
  readonly sweep: (signal: AbortSignal) => Promise<JobEnd>;
  readonly step: (path: string, signal: AbortSignal) => Promise<JobEnd>;
}

/** @param queue the one that is called `orphans` */
export function createOrphanQueue(queue: Queue): OrphanQueue {
  const paths = createPathQueue(queue);
  return { addSweep: () => paths.addSweep(), addStep: (path, afterMs) => paths.within(path, afterMs) };
}

/** Takes nothing until it is started. */
export function createOrphanWorker({ sweep, step, ...options }: OrphanWorkerDeps): PathWorker {
  const take = (path: string | null, signal: AbortSignal) => (path === null ? sweep(signal) : step(path, signal));
  return createPathWorker({ ...options, queue: 'orphans', take });
}
