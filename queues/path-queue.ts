/**
 * Queues beside the one of reconciles: a job is a path, taken again as long as there is something to wait for, or a sweep
 * for paths that nobody named. A job that has to wait is delayed, and others go on meanwhile.
 */
import { randomUUID } from 'node:crypto';
import { DelayedError, type Job, type Queue, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { z } from 'zod';
import type { System } from '../lib/errors.ts';
import { describeError, errorFields, type Logger } from '../lib/log.ts';
import { backoffMs, deduplicationOf, type QueueName, type QueueOptions } from './contract.ts';
import { askRedis, closeWorker, giveBack, isAlive, LOCK_MS, MAX_CRASHES, PATH_JOB, postpone } from './jobs.ts';
import { judgeError } from './verdict.ts';

/** The producer's side. */
export interface PathQueue {
  /** Queues a sweep, unless one is queued. @throws E_TRANSPORT */
  addSweep(): Promise<void>;
  /** Queues a path, unless it is queued, however long that waits. @throws E_TRANSPORT */
  add(path: string): Promise<void>;
  /** The path is taken after this time at the latest; further calls until then come to one job. @throws E_TRANSPORT */
  within(path: string, afterMs: number): Promise<void>;
}

/** How a job ended, as far as a worker cares. */
export type JobEnd = { readonly kind: 'done' } | { readonly kind: 'again'; readonly afterMs: number };

/** What every such worker is given. */
export interface PathWorkerOptions extends QueueOptions {
  /** asks a system now; true if it answers and takes our account */
  readonly check: (system: System) => Promise<boolean>;
  /** false while a system is away or refuses us */
  readonly isOpen: () => boolean;
  readonly log: Logger;
}

/** With what is done for each job. */
export interface PathWorkerDeps extends PathWorkerOptions {
  readonly queue: QueueName;
  /** @param path null: a sweep */
  readonly take: (path: string | null, signal: AbortSignal) => Promise<JobEnd>;
}

/** The consumer's side. */
export interface PathWorker {
  /** Begins to take jobs. */
  start(): void;
  /** Stops what is at hand, and gives it back. */
  close(graceMs: number): Promise<void>;
}

/** Everything, where no path is named. */
const PathJob = z.object({ path: z.string().min(1).nullable() });
type PathJob = z.infer<typeof PathJob>;

/** No push path is called so: those have a slash. */
const SWEEP = 'sweep';
/** While a system is away. */
const AWAY_MS = 5000;
/** Each waits for Pulp and Katello most of its time, and both have more important things to do. */
const CONCURRENCY = 2;

/** @param queue whose jobs these are */
export function createPathQueue(queue: Queue): PathQueue {
  /** Answers the job that was there already, or null. */
  const tryAdd = async (path: string | null, afterMs: number): Promise<Job | null> => {
    const jobId = randomUUID();
    const job: Job = await queue.add(queue.name, { path } satisfies PathJob, {
      jobId,
      delay: Math.max(0, Math.ceil(afterMs)),
      deduplication: deduplicationOf({ path: path ?? SWEEP }),
      ...PATH_JOB,
    });
    return job.id === jobId ? null : job;
  };
  /** Answers the job that is alive already, or null. */
  const add = async (path: string | null, afterMs: number): Promise<Job | null> => {
    const existing = await tryAdd(path, afterMs);
    if (!existing || isAlive(await existing.getState())) return existing;
    await queue.remove(existing.id ?? ''); // with its deduplication key, which would block the path for ever
    return tryAdd(path, afterMs);
  };
  /** What `add` answers has the id of the job in Redis, and nothing else of it. */
  const hurry = async ({ id = '' }: Job, afterMs: number): Promise<void> => {
    const job: Job | undefined = await queue.getJob(id);
    if (!job || (await job.getState()) !== 'delayed') return;
    const dueAt = (job.processedOn ?? job.timestamp) + job.delay;
    if (afterMs > 0 && dueAt <= Date.now() + afterMs) return;
    await (afterMs > 0 ? job.changeDelay(afterMs) : job.promote()).catch(() => undefined); // it began meanwhile
  };

  return {
    addSweep: () => askRedis(async () => void (await add(null, 0))),
    add: (path) => askRedis(async () => void (await add(path, 0))),
    within: (path, afterMs) =>
      askRedis(async () => {
        const existing = await add(path, afterMs);
        if (existing) await hurry(existing, afterMs);
      }),
  };
}

/** Takes nothing until it is started. What a failure means for its job, `judgeError` says. */
export function createPathWorker(deps: PathWorkerDeps): PathWorker {
  const { connection, prefix, skipVersionCheck, log } = deps;
  const stopping = new AbortController();
  let atHand = 0;

  const take = async (job: Job, token?: string): Promise<void> => {
    const { success, data } = PathJob.safeParse(job.data);
    if (!success) throw new UnrecoverableError('the job names no path');
    if (stopping.signal.aborted) return giveBack(job, token); // fetched while the worker was closing
    if (!deps.isOpen()) return postpone(job, token, AWAY_MS);
    atHand += 1;
    try {
      const end = await deps.take(data.path, stopping.signal);
      if (end.kind === 'again') await postpone(job, token, end.afterMs);
    } catch (error) {
      await settle(deps, data, job, token, error);
    } finally {
      atHand -= 1;
    }
  };

  const worker = new Worker(deps.queue, take, {
    connection,
    prefix,
    skipVersionCheck,
    concurrency: CONCURRENCY,
    autorun: false,
    lockDuration: LOCK_MS,
    stalledInterval: LOCK_MS / 2,
    maxStalledCount: MAX_CRASHES,
    settings: { backoffStrategy: backoffMs },
  });
  worker.on('error', (error) => log.debug('worker complains', errorFields(error)));

  return {
    start: () => void worker.run().catch((error: unknown) => log.error('worker ended', errorFields(error))),
    close: async (graceMs) => {
      stopping.abort();
      await closeWorker(worker, atHand, graceMs);
    },
  };
}

/** @throws what tells BullMQ that the job was moved, failed, or is to be tried again */
async function settle(
  deps: PathWorkerDeps,
  { path }: PathJob,
  job: Job,
  token: string | undefined,
  error: unknown,
): Promise<void> {
  if (error instanceof DelayedError || error instanceof WaitingError) throw error;
  const verdict = judgeError(error);
  const fields = { queue: deps.queue, path, ...errorFields(error) };
  switch (verdict.kind) {
    case 'done':
      return;
    case 'give-back':
      return giveBack(job, token);
    case 'postpone':
      return postpone(job, token, verdict.afterMs);
    case 'ask':
      if (!(await deps.check(verdict.system))) return postpone(job, token, AWAY_MS);
      throw error;
    case 'retry':
      deps.log.warn('job failed, it is tried again', { ...fields, attempt: job.attemptsMade + 1 });
      throw error;
    case 'fail':
      deps.log.error('job failed', fields);
      throw new UnrecoverableError(describeError(error));
    default:
      return verdict satisfies never;
  }
}
