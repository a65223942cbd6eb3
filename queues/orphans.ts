/**
 * The queue of orphans: a sweep, and for each orphan the next step towards its deletion. A step that has to wait is
 * delayed, and others go on meanwhile.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DelayedError, type Job, type Queue, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { z } from 'zod';
import type { System } from '../lib/errors.ts';
import { TransportError } from '../lib/errors.ts';
import { describeError, errorFields, type Logger } from '../lib/log.ts';
import { BACKOFF, backoffMs, KEEP_FAILED, MAX_ATTEMPTS, type QueueOptions } from './contract.ts';
import { judgeError } from './verdict.ts';

export interface OrphanQueue {
  /** Queues a sweep, unless one is queued. @throws E_TRANSPORT */
  addSweep(): Promise<void>;
  /** Queues the next step of a path, unless one is queued; one that waits need not wait longer. @throws E_TRANSPORT */
  addStep(path: string, afterMs: number): Promise<void>;
}

/** How a step ended, as far as a worker cares. */
export type StepEnd = { readonly kind: 'done' } | { readonly kind: 'again'; readonly afterMs: number };

export interface OrphanWorkerDeps extends QueueOptions {
  readonly sweep: (signal: AbortSignal) => Promise<StepEnd>;
  readonly step: (path: string, signal: AbortSignal) => Promise<StepEnd>;
  /** asks a system now; true if it answers and takes our account */
  readonly check: (system: System) => Promise<boolean>;
  /** false while a system is away or refuses us */
  readonly isOpen: () => boolean;
  readonly log: Logger;
}

export interface OrphanWorker {
  /** Begins to take jobs. */
  start(): void;
  /** Stops what is at hand, and gives it back. */
  close(graceMs: number): Promise<void>;
}

/** The whole of Pulp and Katello, where no path is named. */
const OrphanJob = z.object({ path: z.string().min(1).nullable() });
type OrphanJob = z.infer<typeof OrphanJob>;

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

/** @param queue the one that is called `orphans` */
export function createOrphanQueue(queue: Queue): OrphanQueue {
  const add = async (path: string | null, afterMs: number): Promise<Job | null> => {
    const jobId = randomUUID();
    const job: Job = await queue.add('orphans', { path } satisfies OrphanJob, {
      jobId,
      delay: Math.max(0, Math.ceil(afterMs)),
      deduplication: { id: path ?? SWEEP, keepLastIfActive: true },
      attempts: MAX_ATTEMPTS,
      backoff: { type: BACKOFF },
      removeOnComplete: true,
      removeOnFail: KEEP_FAILED,
      stackTraceLimit: 1,
    });
    return job.id === jobId ? null : job;
  };
  const addAlive = async (path: string | null, afterMs: number): Promise<void> => {
    try {
      const existing = await add(path, afterMs);
      if (!existing) return;
      const state = await existing.getState();
      if (state === 'delayed' && afterMs <= 0) return await existing.promote().catch(() => undefined); // it began meanwhile
      if (!['unknown', 'completed', 'failed'].includes(state)) return;
      await queue.remove(existing.id ?? ''); // with its deduplication key, which would block the path for ever
      await add(path, afterMs);
    } catch (error) {
      throw new TransportError('redis', `queue: ${describeError(error)}`, { cause: error });
    }
  };
  return { addSweep: () => addAlive(null, 0), addStep: addAlive };
}

export function createOrphanWorker(deps: OrphanWorkerDeps): OrphanWorker {
  const { connection, prefix, skipVersionCheck, log } = deps;
  const stopping = new AbortController();
  let atHand = 0;

  const take = async (job: Job, token?: string): Promise<void> => {
    const { success, data } = OrphanJob.safeParse(job.data);
    if (!success) throw new UnrecoverableError('the job names no path');
    if (stopping.signal.aborted) return giveBack(job, token);
    if (!deps.isOpen()) return postpone(job, token, AWAY_MS);
    atHand += 1;
    try {
      const end = await work(deps, data, stopping.signal);
      if (end.kind === 'again') await postpone(job, token, end.afterMs);
    } catch (error) {
      await settle(deps, job, token, error);
    } finally {
      atHand -= 1;
    }
  };

  const worker = new Worker('orphans', take, {
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

function work({ sweep, step }: OrphanWorkerDeps, { path }: OrphanJob, signal: AbortSignal): Promise<StepEnd> {
  return path === null ? sweep(signal) : step(path, signal);
}

/** @throws what tells BullMQ that the job was moved, failed, or is to be tried again */
async function settle(deps: OrphanWorkerDeps, job: Job, token: string | undefined, error: unknown): Promise<void> {
  if (error instanceof DelayedError || error instanceof WaitingError) throw error;
  const verdict = judgeError(error);
  const fields = { path: OrphanJob.safeParse(job.data).data?.path, ...errorFields(error) };
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
      deps.log.warn('orphan step failed, it is tried again', { ...fields, attempt: job.attemptsMade + 1 });
      throw error;
    case 'fail':
      deps.log.error('orphan step failed', fields);
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
  await job.moveToDelayed(Date.now() + afterMs, token);
  throw new DelayedError();
}
