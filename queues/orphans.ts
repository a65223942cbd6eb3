/** The queue of orphans: a sweep, and for each orphan the next step towards its deletion. */
import type { Queue } from 'bullmq';
import { createTurnQueue, createTurnWorker, type TurnEnd, type TurnWorker, type TurnWorkerOptions } from './turns.ts';

export interface OrphanQueue {
  /** Queues a sweep, unless one is queued. @throws E_TRANSPORT */
  addSweep(): Promise<void>;
  /** Queues the next step of a path after this time at the latest, unless one is queued that comes sooner. @throws E_TRANSPORT */
  addStep(path: string, afterMs: number): Promise<void>;
}

export interface OrphanWorkerDeps extends TurnWorkerOptions {
  readonly sweep: (signal: AbortSignal) => Promise<TurnEnd>;
  readonly step: (path: string, signal: AbortSignal) => Promise<TurnEnd>;
}

/** @param queue the one that is called `orphans` */
export function createOrphanQueue(queue: Queue): OrphanQueue {
  const turns = createTurnQueue(queue);
  return { addSweep: () => turns.addSweep(), addStep: (path, afterMs) => turns.within(path, afterMs) };
}

export function createOrphanWorker({ sweep, step, ...options }: OrphanWorkerDeps): TurnWorker {
  const take = (path: string | null, signal: AbortSignal) => (path === null ? sweep(signal) : step(path, signal));
  return createTurnWorker({ ...options, queue: 'orphans', take });
}
