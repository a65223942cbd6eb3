/**
 * What a person does to whole queues: pause, resume, drain, retry what failed.
 */
import type { Job, Queue } from 'bullmq';
import { type QueueName, ReconcileJob } from './contract.ts';
import { askRedis } from './jobs.ts';
import type { Queues } from './queues.ts';

/** Every function throws E_TRANSPORT when Redis is away. */
export interface QueueControl {
  /** No daemon begins a job of it any more; what runs goes on. */
  pause(name: QueueName): Promise<void>;
  resume(name: QueueName): Promise<void>;
  isPaused(name: QueueName): Promise<boolean>;
  /** Jobs that wait, delayed ones too. */
  countWaiting(name: QueueName): Promise<number>;
  /** Drops them. A path that was pushed to is found again at the next comparison of all. */
  drain(name: QueueName): Promise<void>;
  countFailed(name: QueueName): Promise<number>;
  /** Paths whose last run failed for good, the newest failure first. */
  listFailedPaths(): Promise<string[]>;
  /** Lets the failed jobs run again. */
  retryFailed(name: QueueName): Promise<void>;
}

const WAITING = ['waiting', 'prioritized', 'delayed'] as const;

export function createQueueControl({ all, promote }: Pick<Queues, 'all' | 'promote'>): QueueControl {
  const byName = new Map(all.map((queue) => [queue.name, queue]));
  const ask = async <T>(name: QueueName, work: (queue: Queue) => Promise<T>): Promise<T> => {
    const queue = byName.get(name);
    if (!queue) throw new Error(`there is no queue called ${name}`);
    return askRedis(() => work(queue));
  };
  const listFailedPaths = async () => [
    ...new Set((await ask('reconcile', (queue) => queue.getFailed())).flatMap(pathOf)),
  ];

  return {
    pause: (name) => ask(name, (queue) => queue.pause()),
    resume: (name) => ask(name, (queue) => queue.resume()),
    isPaused: (name) => ask(name, (queue) => queue.isPaused()),
    countWaiting: (name) => ask(name, (queue) => queue.getJobCountByTypes(...WAITING)),
    drain: (name) => ask(name, (queue) => queue.drain(true)),
    countFailed: (name) => ask(name, (queue) => queue.getFailedCount()),
    listFailedPaths,
    retryFailed: async (name) => {
      if (name !== 'reconcile') return ask(name, (queue) => queue.retryJobs({ state: 'failed' }));
      // not by BullMQ: a path may have a job that waits besides
      for (const path of await listFailedPaths()) await promote(path);
    },
  };
}

function pathOf(job: Job<unknown> | undefined): string[] {
  const { data } = ReconcileJob.safeParse(job?.data);
  return data ? [data.path] : [];
}
