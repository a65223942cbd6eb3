/**
 * What is done with jobs in the same way everywhere: how they are added and given back, and how a worker ends.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { DelayedError, type Job, type JobState, WaitingError, type Worker } from 'bullmq';
import { TransportError } from '../lib/errors.ts';
import { describeError } from '../lib/log.ts';
import { BACKOFF, KEEP_FAILED, MAX_ATTEMPTS } from './contract.ts';

/** Of a job that is one path's. */
export const PATH_JOB = {
  attempts: MAX_ATTEMPTS,
  backoff: { type: BACKOFF },
  removeOnComplete: true,
  removeOnFail: KEEP_FAILED,
  stackTraceLimit: 1,
} as const;

/** A job whose process died is taken up again after one to two of these. */
export const LOCK_MS = 15_000;
/** A process that crashes is one thing; a path that crashes every process is another. */
export const MAX_CRASHES = 5;
/** With nothing at hand, only a Redis that is away could make us wait. */
const IDLE_CLOSE_MS = 1000;

/** Uses no attempt; the job is the next one to be taken. @throws what tells BullMQ so */
export async function giveBack(job: Job, token: string | undefined): Promise<never> {
  await job.moveToWait(token);
  throw new WaitingError();
}

/** Uses no attempt. @throws what tells BullMQ so */
export async function postpone(job: Job, token: string | undefined, afterMs: number): Promise<never> {
  await job.moveToDelayed(Date.now() + Math.ceil(afterMs), token);
  throw new DelayedError();
}

/** False for a job that is in no list, or has ended: it can only stand in the way. */
export function isAlive(state: JobState | 'unknown'): boolean {
  return state !== 'unknown' && state !== 'completed' && state !== 'failed';
}

/** What the commands answer. @throws E_TRANSPORT where Redis does not */
export async function askRedis<T>(commands: () => Promise<T>): Promise<T> {
  try {
    return await commands();
  } catch (error) {
    throw new TransportError('redis', `queue: ${describeError(error)}`, { cause: error });
  }
}

/** Ends a worker, and waits no longer than `graceMs` for the jobs at hand, which were told to stop. */
export async function closeWorker(worker: Worker, atHand: number, graceMs: number): Promise<void> {
  const patience = new AbortController();
  const waitMs = atHand > 0 ? graceMs : Math.min(graceMs, IDLE_CLOSE_MS);
  const timeout = delay(waitMs, undefined, { signal: patience.signal }).catch(() => undefined);
  await Promise.race([worker.close(), timeout]);
  patience.abort();
}
