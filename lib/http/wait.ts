/** Waiting: for a time, and until a remote task is final. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type System, TaskTimeoutError } from '../errors.ts';

/** Resolves after the time; rejects with the abort. */
export type Delay = (ms: number, signal?: AbortSignal) => Promise<void>;

export interface Wait<T> {
  readonly system: System;
  /** href or id of the task, for the error */
  readonly task: string;
  read(): Promise<T>;
  isFinal(value: T): boolean;
  /** pauses between reads, in order; the last one repeats */
  readonly gapsMs: readonly number[];
  readonly timeoutMs: number;
  readonly delay: Delay;
  /** milliseconds from any fixed point; never goes back */
  readonly now: () => number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Reads at once and then after each gap until the value is final, and answers that value. The last gap is cut so that
 * one more read happens when the time is up.
 *
 * @throws E_TASK_TIMEOUT, and what `read` throws
 */
export async function waitUntilFinal<T>(wait: Wait<T>): Promise<T> {
  const startedAt = wait.now();
  for (let reads = 0; ; reads++) {
    wait.signal?.throwIfAborted();
    const value = await wait.read();
    if (wait.isFinal(value)) return value;

    const waitedMs = wait.now() - startedAt;
    if (waitedMs >= wait.timeoutMs) throw new TaskTimeoutError(wait.system, wait.task, waitedMs);
    const gapMs = wait.gapsMs[Math.min(reads, wait.gapsMs.length - 1)] ?? wait.timeoutMs;
    await wait.delay(Math.min(gapMs, wait.timeoutMs - waitedMs), wait.signal);
  }
}

/** The ordinary `Delay`, on a timer. */
export async function delay(ms: number, signal?: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal });
}
