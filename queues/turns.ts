/**
 * Queues of turns: a path gets one, and another one as long as there is something to wait for; a sweep finds paths that
 * nobody named. A turn that has to wait is delayed, and others go on meanwhile.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DelayedError, type Job, type JobState, type Queue, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { z } from 'zod';
import { type System, TransportError } from '../lib/errors.ts';
import { describeError, errorFields, type Logger } from '../lib/log.ts';
import {
  BACKOFF,
  backoffMs,
  deduplicationOf,
  KEEP_FAILED,
  MAX_ATTEMPTS,
  type QueueName,
  type QueueOptions,
} from './contract.ts';
import { judgeError } from './verdict.ts';

export interface TurnQueue {
  /** Queues a sweep, unless one is queued. @throws E_TRANSPORT */
  addSweep(): Promise<void>;
  /** Queues a path, unless it is queued, however long that waits. @throws E_TRANSPORT */
  add(path: string): Promise<void>;
  /** The path's turn comes after this time at the latest; further calls until then come to one turn. @throws E_TRANSPORT */
  within(path: string, afterMs: number): Promise<void>;
}

/** How a turn ended, as far as a worker cares. */
export type TurnEnd = { readonly kind: 'done' } | { readonly kind: 'again'; readonly afterMs: number };

export interface TurnWorkerOptions extends QueueOptions {
  /** asks a system now; true if it answers and takes our account */
  readonly check: (system: System) => Promise<boolean>;
  /** false while a system is away or refuses us */
  readonly isOpen: () => boolean;
  readonly log: Logger;
}

export interface TurnWorkerDeps extends TurnWorkerOptions {
  readonly queue: QueueName;
  /** @param path null: a sweep */
  readonly take: (path: string | null, signal: AbortSignal) => Promise<TurnEnd>;
}

export interface TurnWorker {
  /** Begins to take jobs. */
  start(): void;
  /** Stops what is at hand, and gives it back. */
  close(graceMs: number): Promise<void>;
}

/** Everything, where no path is named. */
const TurnJob = z.object({ path: z.string().min(1).nullable() });
type TurnJob = z.infer<typeof TurnJob>;

/** No push path is called so: those have a slash. */
const SWEEP = 'sweep';
/** A job whose process died is taken up again after one to two of these. */
const LOCK_MS = 15_000;
/** A process that crashes is one thing; a path that crashes every process is another. */
const MAX_CRASHES = 5;
/** While a system is away. */
const AWAY_MS = 5000;
/** Each waits for Pulp and Katello most of its time, and both have more important things to do. */
const CONCURRENCY = 2;
const IDLE_CLOSE_MS = 1000;

export function createTurnQueue(queue: Queue): TurnQueue {
  /** Answers the job that was there already, or null. */
  const tryAdd = async (path: string | null, afterMs: number): Promise<Job | null> => {
    const jobId = randomUUID();
    const job: Job = await queue.add(queue.name, { path } satisfies TurnJob, {
      jobId,
      delay: Math.max(0, Math.ceil(afterMs)),
      deduplication: deduplicationOf({ path: path ?? SWEEP }),
      attempts: MAX_ATTEMPTS,
      backoff: { type: BACKOFF },
      removeOnComplete: true,
      removeOnFail: KEEP_FAILED,
      stackTraceLimit: 1,
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
    addSweep: () => ask(async () => void (await add(null, 0))),
    add: (path) => ask(async () => void (await add(path, 0))),
    within: (path, afterMs) =>
      ask(async () => {
        const existing = await add(path, afterMs);
        if (existing) await hurry(existing, afterMs);
      }),
  };
}

export function createTurnWorker(deps: TurnWorkerDeps): TurnWorker {
  const { connection, prefix, skipVersionCheck, log } = deps;
  const stopping = new AbortController();
  let atHand = 0;

  const take = async (job: Job, token?: string): Promise<void> => {
    const { success, data } = TurnJob.safeParse(job.data);
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
      const patience = new AbortController();
      const waitMs = atHand > 0 ? graceMs : Math.min(graceMs, IDLE_CLOSE_MS);
      const timeout = delay(waitMs, undefined, { signal: patience.signal }).catch(() => undefined);
      await Promise.race([worker.close(), timeout]);
      patience.abort();
    },
  };
}

/** @throws what tells BullMQ that the job was moved, failed, or is to be tried again */
async function settle(
  deps: TurnWorkerDeps,
  { path }: TurnJob,
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

/** Uses no attempt; the job is the next one to be taken. */
async function giveBack(job: Job, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}

/** Uses no attempt. */
async function postpone(job: Job, token: string | undefined, afterMs: number): Promise<never> {
  await job.moveToDelayed(Date.now() + Math.ceil(afterMs), token);
  throw new DelayedError();
}

/** A job that is in no list, or has ended, can only stand in the way. */
function isAlive(state: JobState | 'unknown'): boolean {
  return state !== 'unknown' && state !== 'completed' && state !== 'failed';
}

async function ask(commands: () => Promise<void>): Promise<void> {
  try {
    await commands();
  } catch (error) {
    throw new TransportError('redis', `queue: ${describeError(error)}`, { cause: error });
  }
}
