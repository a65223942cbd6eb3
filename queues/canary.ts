/**
 * A job of no work that a daemon sends to itself: as long as one comes through, jobs come through.
 */
import { Queue, Worker } from 'bullmq';
import type { QueueOptions } from './contract.ts';

export interface Canary {
  /** Sends one, unless one is on its way. */
  send(): Promise<void>;
  /** when the last one came through (epoch ms); null before the first */
  lastAt(): number | null;
  close(): Promise<void>;
}

/** @param daemon tells daemons apart, or one would take the canaries of the other; the same after a restart */
export function createCanary(options: QueueOptions, daemon: string): Canary {
  const name = `canary-${daemon}`;
  let lastAt: number | null = null;
  const take = async () => {
    lastAt = Date.now();
  };
  const queue = new Queue(name, { ...options });
  const worker = new Worker(name, take, { ...options });
  const ignore = () => undefined; // the client's owner reports that Redis is away
  queue.on('error', ignore);
  worker.on('error', ignore);
  return {
    send: async () => {
      await queue.add(name, {}, { deduplication: { id: name }, removeOnComplete: true, removeOnFail: true });
    },
    lastAt: () => lastAt,
    close: async () => {
      await worker.close(true);
      await queue.close();
    },
  };
}
