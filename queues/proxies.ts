/**
 * The queue of smart proxies: paths to look at on the proxies, and a sweep for those that nobody named. A path that has
 * to wait for a proxy is delayed, and others go on meanwhile.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { DelayedError, type Job, type JobState, type Queue, UnrecoverableError, WaitingError, Worker } from 'bullmq';
import { z } from 'zod';
import { type System, TransportError } from '../lib/errors.ts';
import { describeError, errorFields, type Logger } from '../lib/log.ts';
import { BACKOFF, backoffMs, deduplicationOf, KEEP_FAILED, MAX_ATTEMPTS, type QueueOptions } from './contract.ts';
import { judgeError } from './verdict.ts';

export interface ProxyQueue {
  /** Queues a sweep, unless one is queued. @throws E_TRANSPORT */
  addSweep(): Promise<void>;
  /** Queues a path, unless it is queued, however long that waits. @throws E_TRANSPORT */
  add(path: string): Promise<void>;
  /** Looks at a path after this time at the latest; further calls until then come to one look. @throws E_TRANSPORT */
  lookWithin(path: string, afterMs: number): Promise<void>;
}

/** How a look ended, as far as a worker cares. */
export type LookEnd = { readonly kind: 'done' } | { readonly kind: 'again'; readonly afterMs: number };

export interface ProxyWorkerDeps extends QueueOptions {
  readonly look: (path: string, signal: AbortSignal) => Promise<LookEnd>;
  readonly sweep: (signal: AbortSignal) => Promise<void>;
  /** asks a system now; true if it answers and takes our account */
  readonly check: (system: System) => Promise<boolean>;
  /** false while a system is away or refuses us */
  readonly isOpen: () => boolean;
  readonly log: Logger;
}

export interface ProxyWorker {
  /** Begins to take jobs. */
  start(): void;
  /** Stops what is at hand, and gives it back. */
  close(graceMs: number): Promise<void>;
}

/** Everything, where no path is named. */
const ProxyJob = z.object({ path: z.string().min(1).nullable() });
type ProxyJob = z.infer<typeof ProxyJob>;

/** No push path is called so: those have a slash. */
const SWEEP = 'sweep';
/** While a system is away. */
const AWAY_MS = 5000;
/** Looks wait for Katello most of their time, and it has more important things to do. */
const CONCURRENCY = 2;
const IDLE_CLOSE_MS = 1000;

/** @param queue the one that is called `proxies` */
export function createProxyQueue(queue: Queue): ProxyQueue {
  /** Answers the job that was there already, or null. */
  const tryAdd = async (path: string | null, afterMs: number): Promise<Job | null> => {
    const jobId = randomUUID();
    const job: Job = await queue.add('proxies', { path } satisfies ProxyJob, {
      jobId,
      delay: afterMs,
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
    lookWithin: (path, afterMs) =>
      ask(async () => {
        const existing = await add(path, afterMs);
        if (existing) await hurry(existing, afterMs);
      }),
  };
}

export function createProxyWorker(deps: ProxyWorkerDeps): ProxyWorker {
  const { connection, prefix, skipVersionCheck, log } = deps;
  const stopping = new AbortController();
  let atHand = 0;

  const take = async (job: Job, token?: string): Promise<void> => {
    const { success, data } = ProxyJob.safeParse(job.data);
    if (!success) throw new UnrecoverableError('the job names no path');
    if (stopping.signal.aborted) return giveBack(job, token); // fetched while the worker was closing
    if (!deps.isOpen()) return postpone(job, token, AWAY_MS);
    atHand += 1;
    try {
      const end = await work(deps, data, stopping.signal);
      if (end.kind === 'again') await postpone(job, token, end.afterMs);
    } catch (error) {
      await settle(deps, data, job, token, error);
    } finally {
      atHand -= 1;
    }
  };

  const worker = new Worker('proxies', take, {
    connection,
    prefix,
    skipVersionCheck,
    concurrency: CONCURRENCY,
    autorun: false,
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

async function work({ look, sweep }: ProxyWorkerDeps, { path }: ProxyJob, signal: AbortSignal): Promise<LookEnd> {
  if (path !== null) return look(path, signal);
  await sweep(signal);
  return { kind: 'done' };
}

/** @throws what tells BullMQ that the job was moved, failed, or is to be tried again */
async function settle(
  deps: ProxyWorkerDeps,
  { path }: ProxyJob,
  job: Job,
  token: string | undefined,
  error: unknown,
): Promise<void> {
  if (error instanceof DelayedError || error instanceof WaitingError) throw error;
  const verdict = judgeError(error);
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
      deps.log.debug('look at smart proxies failed, it is tried again', { path, ...errorFields(error) });
      throw error;
    case 'fail':
      deps.log.error('look at smart proxies failed', { path, ...errorFields(error) });
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
