/**
 * The queues: names, what a job holds, how equal jobs collapse. Jobs carry keys; consumers read the world.
 */
import type { Cluster, Redis } from 'ioredis';
import { z } from 'zod';

/** How every queue and worker is opened. */
export interface QueueOptions {
  /** for workers, a client whose commands wait until Redis is back */
  readonly connection: Redis | Cluster;
  /** begins every key */
  readonly prefix: string;
  /** true for a Redis that forbids INFO; delays are then rounded up to seconds */
  readonly skipVersionCheck: boolean;
}

/** Queues that people meet. */
export const QUEUE_NAMES = ['reconcile', 'proxies', 'orphans', 'notifications'] as const;
export type QueueName = (typeof QUEUE_NAMES)[number];

/** One push path that may have changed. */
export const ReconcileJob = z.object({ path: z.string().min(1) });
export type ReconcileJob = z.infer<typeof ReconcileJob>;

/**
 * Attempts at a path before it counts as failed: with the pauses of `backoffMs`, about a quarter of an hour. Waiting for
 * somebody else uses none.
 */
export const MAX_ATTEMPTS = 10;

/** Name of the pause between attempts, as the worker knows it. */
export const BACKOFF = 'capped';

const FIRST_BACKOFF_MS = 2000;
const LONGEST_BACKOFF_MS = 300_000;

/** Pause after the failure of attempt 1, 2, …: doubled each time, five minutes at most. */
export function backoffMs(attempt: number): number {
  return Math.min(FIRST_BACKOFF_MS * 2 ** (attempt - 1), LONGEST_BACKOFF_MS);
}

/** Failed jobs that are kept for people, and for how long. */
export const KEEP_FAILED = { count: 1000, age: 30 * 86_400 } as const;

/**
 * One job for each path at a time; a push during a run leaves one more behind it. Paths hold no colon, which BullMQ
 * keeps for its keys.
 */
export function deduplicationOf({ path }: ReconcileJob): { id: string; keepLastIfActive: true } {
  return { id: path, keepLastIfActive: true };
}
