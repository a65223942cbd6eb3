/**
 * The worker that takes the canary: as long as it sings, jobs come through.
 */
import { Worker } from 'bullmq';
import { CANARY, type QueueOptions } from './contract.ts';

export interface CanaryWorker {
  /** when the last one came through (epoch ms); null before the first */
  lastAt(): number | null;
  close(): Promise<void>;
}

export function createCanaryWorker(options: QueueOptions): CanaryWorker {
  let lastAt: number | null = null;
  const take = async () => {
    lastAt = Date.now();
  };
  const worker = new Worker(CANARY, take, { ...options });
  worker.on('error', () => undefined); // the client's owner reports that Redis is away
  return { lastAt: () => lastAt, close: () => worker.close(true) };
}
