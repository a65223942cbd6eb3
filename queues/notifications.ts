/**
 * The queue of events for others: each event for each receiver is one job, tried ten times in a day. A receiver that is
 * down for long holds up nobody.
 */
import { createHash } from 'node:crypto';
import { type Job, type Queue, UnrecoverableError, Worker } from 'bullmq';
import { z } from 'zod';
import type { CloudEvent } from '../lib/domain/event.ts';
import { errorFields, type Logger } from '../lib/log.ts';
import type { Receiver } from '../lib/notify/receiver.ts';
import { type Receivers, WELL } from '../lib/state/receivers.ts';
import type { QueueOptions } from './contract.ts';
import { askRedis, closeWorker, giveBack } from './jobs.ts';

export interface NotificationQueue {
  /** Queues the event for each receiver; one that was queued in the last day is not queued again. @throws E_TRANSPORT */
  add(event: CloudEvent): Promise<void>;
}

/** How an attempt at an event ended: `given-up` after the last one, `disabled` where its receiver is sent none. */
export type NotificationOutcome = 'delivered' | 'retried' | 'given-up' | 'disabled';

export interface NotificationWorkerDeps extends QueueOptions {
  readonly receivers: readonly Receiver[];
  readonly states: Receivers;
  readonly onOutcome: (outcome: NotificationOutcome) => void;
  readonly now: () => number;
  readonly log: Logger;
  /** pause after the failure of attempt 1, 2, … [from 5 s to 12 h]; for tests */
  readonly pauseMs?: (attempt: number) => number;
}

export interface NotificationWorker {
  start(): void;
  /** Stops what is at hand, and gives it back. */
  close(graceMs: number): Promise<void>;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_S = 86_400;
/** Ten attempts in 22 hours. */
const PAUSES_MS = [
  5000,
  30_000,
  2 * MINUTE_MS,
  5 * MINUTE_MS,
  15 * MINUTE_MS,
  HOUR_MS,
  2 * HOUR_MS,
  6 * HOUR_MS,
  12 * HOUR_MS,
];
const ATTEMPTS = PAUSES_MS.length + 1;
const BACKOFF = 'notification';
/** Events given up in a row after which a receiver is sent none. */
const MOST_GIVEN_UP = 3;
/** Receivers answer slowly, and nobody waits. */
const CONCURRENCY = 5;
/** An attempt takes ten seconds at most. */
const LOCK_MS = 30_000;
const GONE = 410;

const isEvent = (value: unknown) => typeof value === 'object' && value !== null && 'id' in value;
const NotificationJob = z.object({ receiver: z.string(), event: z.custom<CloudEvent>(isEvent) });

/** @param queue the one that is called `notifications` @param receivers their keys */
export function createNotificationQueue(queue: Queue, receivers: readonly string[]): NotificationQueue {
  return {
    add: async (event) => {
      await askRedis(async () => {
        for (const receiver of receivers) {
          await queue.add(
            'notification',
            { receiver, event },
            {
              jobId: `${receiver}-${createHash('sha256').update(event.id).digest('hex')}`,
              attempts: ATTEMPTS,
              backoff: { type: BACKOFF },
              removeOnComplete: { age: DAY_S, count: 10_000 },
              removeOnFail: { age: DAY_S, count: 1000 },
              stackTraceLimit: 1,
            },
          );
        }
      });
    },
  };
}

export function createNotificationWorker(deps: NotificationWorkerDeps): NotificationWorker {
  const { connection, prefix, skipVersionCheck, log, pauseMs = (attempt) => PAUSES_MS[attempt - 1] ?? HOUR_MS } = deps;
  const stopping = new AbortController();
  let atHand = 0;

  const take = async (job: Job, token?: string): Promise<void> => {
    if (stopping.signal.aborted) return giveBack(job, token);
    atHand += 1;
    try {
      await send(deps, job, stopping.signal);
    } catch (error) {
      if (!stopping.signal.aborted) throw error;
      await giveBack(job, token);
    } finally {
      atHand -= 1;
    }
  };
  const worker = new Worker('notifications', take, {
    connection,
    prefix,
    skipVersionCheck,
    concurrency: CONCURRENCY,
    autorun: false,
    lockDuration: LOCK_MS,
    settings: { backoffStrategy: pauseMs },
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

/** @throws Error where the event is to be tried again; UnrecoverableError where it is given up */
async function send(deps: NotificationWorkerDeps, job: Job, signal: AbortSignal): Promise<void> {
  const { receivers, states, onOutcome, now, log } = deps;
  const { success, data } = NotificationJob.safeParse(job.data);
  const receiver = receivers.find(({ key }) => key === data?.receiver);
  if (!success || !receiver) throw new UnrecoverableError('nobody takes this event any more');

  const state = await states.read(receiver.key);
  if (state.disabledSince !== null) return onOutcome('disabled');
  const { event } = data;
  const status = await receiver.deliver(event, signal);
  const fields = { url: receiver.url, event: event.id, status };
  if (status !== null && status >= 200 && status < 300) {
    if (state.givenUpInARow > 0) await states.write(receiver.key, WELL);
    return onOutcome('delivered');
  }

  const isGone = status === GONE;
  if (!isGone && job.attemptsMade + 1 < ATTEMPTS) {
    onOutcome('retried');
    log.debug('event is not taken, it is sent again', { ...fields, attempt: job.attemptsMade + 1 });
    throw new Error(`answered ${status ?? 'nothing'}`);
  }
  const givenUpInARow = state.givenUpInARow + 1;
  const isDisabled = isGone || givenUpInARow >= MOST_GIVEN_UP;
  const reason = isGone ? 'it answered 410' : `${givenUpInARow} events in a row were not taken`;
  await states.write(receiver.key, {
    disabledSince: isDisabled ? new Date(now()).toISOString() : null,
    reason: isDisabled ? reason : null,
    givenUpInARow,
  });
  onOutcome('given-up');
  log.warn('event is given up', fields);
  if (isDisabled) log.error('receiver is sent no more events', { url: receiver.url, error: reason });
  throw new UnrecoverableError(`answered ${status ?? 'nothing'}`);
}
