/**
 * The doorway from a queue to the use case: takes a path, has it reconciled, and does with the job what the verdict says.
 */
import { randomUUID } from 'node:crypto';
import { type Job, UnrecoverableError, Worker } from 'bullmq';
import { InvariantError, LeaseLostError, ReactorError, type System } from '../lib/errors.ts';
import { describeError, errorFields, type Logger } from '../lib/log.ts';
import type { FailedPath, Paths } from '../lib/state/paths.ts';
import { backoffMs, type QueueOptions, ReconcileJob } from './contract.ts';
import { closeWorker, giveBack, LOCK_MS, MAX_CRASHES, postpone } from './jobs.ts';
import type { Queues } from './queues.ts';
import { judgeError, judgeOutcome, type Outcome, type Verdict } from './verdict.ts';

export interface Run {
  readonly runId: string;
  /** true if a failure now is final */
  readonly isLastAttempt: boolean;
  readonly signal: AbortSignal;
}

export interface WorkerDeps extends QueueOptions {
  /** jobs that this worker takes at once */
  readonly concurrency: number;
  readonly reconcile: (path: string, run: Run) => Promise<Outcome>;
  readonly paths: Pick<Paths, 'beginRun' | 'endRun' | 'failRun' | 'scheduleLook'>;
  readonly queues: Pick<Queues, 'add' | 'forget' | 'slowDown'>;
  /** asks a system now; true if it answers and takes our account */
  readonly check: (system: System) => Promise<boolean>;
  /** false while a system is away or refuses us */
  readonly isOpen: () => boolean;
  /** published, unchanged, refused, gone, waiting, retried, failed */
  readonly onEnded: (outcome: string) => void;
  readonly log: Logger;
  /** time after which a job whose process died is taken over; for tests */
  readonly lockMs?: number;
  readonly backoffMs?: (attempt: number) => number;
}

export interface ReconcileWorker {
  /** Begins to take jobs. */
  start(): void;
  /** Takes no further jobs; those at hand go on. */
  pause(): Promise<void>;
  resume(): Promise<void>;
  /** Paths at hand. */
  paths(): string[];
  /** Stops what is at hand, gives it back, and answers the paths that did not stop in time. */
  close(graceMs: number): Promise<string[]>;
}

/** While a system is away, jobs stand ready for when it is back. */
const SOON_MS = 1000;
const LONGEST_SLOWDOWN_MS = 30_000;
/** Longer than a write is under way. */
const LATE_WRITE_MS = 60_000;
/** Far above what we do; without a limit BullMQ ignores `slowDown`. */
const LIMITER = { max: 10_000, duration: 1000 };

export function createReconcileWorker(deps: WorkerDeps): ReconcileWorker {
  const { connection, prefix, skipVersionCheck, concurrency, log, lockMs = LOCK_MS } = deps;
  const stopping = new AbortController();
  const atHand = new Set<string>();

  const process = async (job: Job, token?: string, signal?: AbortSignal): Promise<void> => {
    const { success, data } = ReconcileJob.safeParse(job.data);
    if (!success) throw new UnrecoverableError('the job names no path');
    if (stopping.signal.aborted) return giveBack(job, token); // fetched while the worker was closing
    if (!deps.isOpen()) return postpone(job, token, SOON_MS);

    const isStopped = AbortSignal.any(signal ? [stopping.signal, signal] : [stopping.signal]);
    atHand.add(data.path);
    try {
      const ending = await attempt(deps, data.path, job, isStopped);
      const isLost = !stopping.signal.aborted && (await job.extendLock(token ?? '', lockMs)) !== 1;
      if (isLost || ending.error instanceof LeaseLostError) await lookLater(deps, data.path);
      if (isLost) return await deps.queues.add(data.path);
      await carryOut(deps, data.path, ending, job, token);
    } finally {
      atHand.delete(data.path);
    }
  };

  const worker = new Worker('reconcile', process, {
    connection,
    prefix,
    concurrency,
    autorun: false,
    skipVersionCheck,
    limiter: LIMITER,
    lockDuration: lockMs,
    stalledInterval: lockMs / 2,
    maxStalledCount: MAX_CRASHES,
    settings: { backoffStrategy: deps.backoffMs ?? backoffMs },
  });
  worker.on('error', (error) => log.debug('worker complains', errorFields(error)));
  worker.on('lockRenewalFailed', (jobIds) => {
    log.warn('jobs were lost to another worker', { jobIds });
    for (const jobId of jobIds) worker.cancelJob(jobId);
  });
  worker.on('failed', (job) => {
    // without a run: its processes died too often
    const path = job?.deferredFailure ? ReconcileJob.safeParse(job.data).data?.path : undefined;
    if (!job || path === undefined) return;
    const error = new InvariantError('the daemon died too often while it worked on this path');
    noteFailure(deps, path, job, error).catch((failure: unknown) =>
      log.debug('worker complains', errorFields(failure)),
    );
  });

  return {
    start: () => void worker.run().catch((error: unknown) => log.error('worker ended', errorFields(error))),
    pause: () => worker.pause(true),
    resume: () => worker.resume(),
    paths: () => [...atHand],
    close: async (graceMs) => {
      stopping.abort();
      await closeWorker(worker, atHand.size, graceMs);
      return [...atHand];
    },
  };
}

interface Ending {
  readonly verdict: Verdict;
  readonly error?: unknown;
}

async function attempt(deps: WorkerDeps, path: string, job: Job, signal: AbortSignal): Promise<Ending> {
  try {
    await deps.paths.beginRun(path, job.timestamp);
    const outcome = await deps.reconcile(path, { runId: randomUUID(), isLastAttempt: isLast(job), signal });
    if (outcome.kind === 'again') {
      deps.onEnded('waiting');
      deps.log.debug('path waits', { path, reason: outcome.reason, afterMs: outcome.afterMs });
      return { verdict: judgeOutcome(outcome) };
    }
    deps.onEnded(outcome.result);
    await forgetFailure(deps, await deps.paths.endRun(path));
    return { verdict: { kind: 'done' } };
  } catch (error) {
    return { verdict: judgeError(error), error };
  }
}

/**
 * Somebody else took the path over, and our last write may have come after his, or may still be on its way: then Pulp has
 * a version that nobody publishes.
 */
async function lookLater({ paths }: WorkerDeps, path: string): Promise<void> {
  await paths.scheduleLook(path, Date.now() + LATE_WRITE_MS);
}

/** @throws what tells BullMQ that the job was moved, failed, or is to be tried again */
async function carryOut(
  deps: WorkerDeps,
  path: string,
  { verdict, error }: Ending,
  job: Job,
  token?: string,
): Promise<void> {
  switch (verdict.kind) {
    case 'done':
      return;
    case 'give-back':
      return giveBack(job, token);
    case 'postpone':
      return postpone(job, token, verdict.afterMs);
    case 'ask': {
      const isUp = await deps.check(verdict.system);
      if (!isUp) return postpone(job, token, SOON_MS);
      if (verdict.otherwise === 'retry') return retry(deps, path, job, error);
      await deps.queues.slowDown(Math.min(verdict.afterMs, LONGEST_SLOWDOWN_MS));
      return postpone(job, token, verdict.afterMs);
    }
    case 'retry':
      return retry(deps, path, job, error);
    case 'fail':
      return fail(deps, path, job, error);
    default:
      return verdict satisfies never;
  }
}

async function retry(deps: WorkerDeps, path: string, job: Job, error: unknown): Promise<never> {
  if (isLast(job)) return fail(deps, path, job, error);
  deps.onEnded('retried');
  deps.log.warn('run failed, it is tried again', { path, attempt: job.attemptsMade + 1, ...errorFields(error) });
  throw error;
}

async function fail(deps: WorkerDeps, path: string, job: Job, error: unknown): Promise<never> {
  await noteFailure(deps, path, job, error);
  throw new UnrecoverableError(describeError(error));
}

/** Remembers the job, which goes once its path is well again. */
async function noteFailure(deps: WorkerDeps, path: string, job: Job, error: unknown): Promise<void> {
  deps.onEnded('failed');
  deps.log.error('path failed', { path, attempt: job.attemptsMade + 1, ...errorFields(error) });
  const code = error instanceof ReactorError ? error.code : 'E_INVARIANT';
  const message = describeError(error);
  await forgetFailure(deps, await deps.paths.failRun({ path, jobId: job.id ?? '', code, message }));
}

/** A path has at most one failed job: the last. */
async function forgetFailure({ queues }: WorkerDeps, earlier: FailedPath | null): Promise<void> {
  if (earlier) await queues.forget(earlier.jobId);
}

function isLast(job: Job): boolean {
  return job.attemptsMade + 1 >= (job.opts.attempts ?? 1);
}
