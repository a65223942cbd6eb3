/**
 * The producer's side of the queues: add, promote, inspect.
 */
import { randomUUID } from 'node:crypto';
import { type Job, Queue } from 'bullmq';
import { deduplicationOf, QUEUE_NAMES, type QueueOptions, type ReconcileJob } from './contract.ts';
import { askRedis, isAlive, PATH_JOB } from './jobs.ts';

export interface QueueCounts {
  readonly queue: string;
  readonly states: Readonly<Record<string, number>>;
  /** age of the oldest job that waits for a worker; 0 when none does */
  readonly oldestSeconds: number;
  readonly isPaused: boolean;
}

export interface Queues {
  /** Queues the path, unless it is queued already; during a run it is queued once for after it. @throws E_TRANSPORT */
  add(path: string): Promise<void>;
  /** Makes the path the next one that is worked on, whether it waits, is delayed, failed, or was not queued. @throws E_TRANSPORT */
  promote(path: string): Promise<void>;
  /** Puts a path that waits behind those that were pushed once. @throws E_TRANSPORT */
  stepBack(path: string): Promise<void>;
  /** Ends that for paths that were queued so long ago. @throws E_TRANSPORT */
  hurry(olderThanMs: number): Promise<void>;
  /** Ends the waiting for a clock that is ahead of ours: its daemon may be gone, or set right. @throws E_TRANSPORT */
  forgetClocksAhead(): Promise<void>;
  /** State of the path's job, or null when it has none that is to be run. @throws E_TRANSPORT */
  findState(path: string): Promise<string | null>;
  /** @throws E_TRANSPORT */
  inspect(): Promise<QueueCounts[]>;
  /** Takes a failed job away, once its path is well again. @throws E_TRANSPORT */
  forget(jobId: string): Promise<void>;
  /** How many paths all daemons may work on at once. @throws E_TRANSPORT */
  limitConcurrency(limit: number): Promise<void>;
  /** Nobody begins a job of `reconcile` for this long. @throws E_TRANSPORT */
  slowDown(ms: number): Promise<void>;
  /** For the dashboard. */
  readonly all: readonly Queue[];
  close(): Promise<void>;
}

const COUNTED = ['waiting', 'prioritized', 'active', 'delayed', 'failed'] as const;

/** BullMQ takes jobs with a priority after those without one. */
const STEPPED_BACK = 1;
const IN_TURN = 0;
/** More paths than wait at once, as a rule; the rest is found the next time. */
const MOST_HURRIED = 100;
/** Clocks of servers that are looked after differ by less. */
const CLOCK_TOLERANCE_MS = 60_000;

export function createQueues(options: QueueOptions): Queues {
  const open = <T>(name: string) => {
    const queue = new Queue<T, void>(name, { ...options });
    queue.on('error', () => undefined); // the client's owner reports that Redis is away
    return queue;
  };
  const reconcile = open<ReconcileJob>('reconcile');
  const others = QUEUE_NAMES.filter((name) => name !== 'reconcile').map((name) => open<object>(name));

  /** Answers the job that was there already, or null. */
  const tryAdd = async (path: string, isNext: boolean): Promise<Job<ReconcileJob> | null> => {
    const jobId = randomUUID();
    const job = await reconcile.add(
      'reconcile',
      { path },
      {
        jobId,
        lifo: isNext,
        deduplication: deduplicationOf({ path }),
        ...PATH_JOB,
      },
    );
    return job.id === jobId ? null : job;
  };

  const add = async (path: string, isNext: boolean): Promise<void> => {
    const existing = await tryAdd(path, isNext);
    if (!existing || isAlive(await existing.getState())) return;
    await reconcile.remove(existing.id ?? ''); // with its deduplication key, which would block the path for ever
    await tryAdd(path, isNext);
  };

  return {
    add: (path) => askRedis(() => add(path, false)),
    promote: (path) =>
      askRedis(async () => {
        const jobId = await reconcile.getDeduplicationJobId(path);
        const state = jobId === null ? 'unknown' : await reconcile.getJobState(jobId);
        if (jobId !== null && state !== 'active') await reconcile.remove(jobId); // 0 when it became active just now
        await add(path, true);
      }),
    stepBack: (path) =>
      askRedis(async () => {
        const jobId = await reconcile.getDeduplicationJobId(path);
        const job = jobId === null ? undefined : await reconcile.getJob(jobId);
        if (job && (await job.getState()) !== 'active') await job.changePriority({ priority: STEPPED_BACK });
      }),
    hurry: (olderThanMs) =>
      askRedis(async () => {
        const jobs = await reconcile.getPrioritized(0, MOST_HURRIED - 1);
        const old = jobs.filter(({ timestamp }) => Date.now() - timestamp > olderThanMs);
        for (const job of old) await job.changePriority({ priority: IN_TURN });
      }),
    forgetClocksAhead: () =>
      askRedis(async () => {
        const jobs = await reconcile.getJobs(['delayed'], 0, MOST_HURRIED - 1, false); // the longest wait first
        const ahead = jobs.filter(({ processedOn = 0 }) => processedOn > Date.now() + CLOCK_TOLERANCE_MS);
        for (const job of ahead) await job.promote();
      }),
    findState: (path) =>
      askRedis(async () => {
        const jobId = await reconcile.getDeduplicationJobId(path);
        const state = jobId === null ? 'unknown' : await reconcile.getJobState(jobId);
        return isAlive(state) ? state : null;
      }),
    inspect: () => askRedis(() => Promise.all([reconcile, ...others].map((queue) => count(queue, Date.now())))),
    forget: (jobId) =>
      askRedis(async () => {
        await reconcile.remove(jobId);
      }),
    limitConcurrency: (limit) =>
      askRedis(async () => {
        await reconcile.setGlobalConcurrency(limit);
      }),
    slowDown: (ms) => askRedis(() => reconcile.rateLimit(ms)),
    all: [reconcile, ...others],
    close: async () => {
      await Promise.all([reconcile, ...others].map((queue) => queue.close()));
    },
  };
}

async function count(queue: Queue, now: number): Promise<QueueCounts> {
  const [counts, isPaused, [next], [steppedBack]] = await Promise.all([
    queue.getJobCounts(...COUNTED),
    queue.isPaused(),
    queue.getWaiting(0, 0),
    queue.getPrioritized(0, 0),
  ]);
  const { prioritized = 0, waiting = 0, ...others } = counts;
  const oldest = Math.min(next?.timestamp ?? now, steppedBack?.timestamp ?? now);
  return {
    queue: queue.name,
    states: { waiting: waiting + prioritized, ...others },
    isPaused,
    oldestSeconds: (now - oldest) / 1000,
  };
}
