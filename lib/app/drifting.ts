/**
 * The daily round over all paths, one after another and slowly: it tells what became wrong though nobody pushed, and
 * mends nothing.
 */
import { setTimeout as ordinaryDelay } from 'node:timers/promises';
import type { Drift } from '../domain/drift.ts';
import { isAbort } from '../errors.ts';
import { errorFields, type Logger } from '../log.ts';
import type { Lease } from '../reconcile/deps.ts';

export interface DriftRoundDeps {
  /** every path that was pushed to */
  readonly listPaths: (signal: AbortSignal) => Promise<readonly string[]>;
  readonly check: (path: string, signal: AbortSignal) => Promise<Drift | null>;
  /** false while Pulp or Katello is away: the round ends */
  readonly isOpen: () => boolean;
  /** one round at a time over all daemons; null when another has it */
  readonly acquireLease: (name: string, ttlMs: number) => Promise<Lease | null>;
  readonly log: Pick<Logger, 'info' | 'warn'>;
  /** ms from any fixed point */
  readonly now?: () => number;
  readonly delay?: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** What a round came to. */
export interface RoundResult {
  /** looked at */
  readonly paths: number;
  readonly drifted: number;
  /** looks that failed or were refused */
  readonly unknown: number;
}

const LEASE = 'drift';
/** Longer than one look at a very large repository. */
const LEASE_MS = 10 * 60_000;
/** The servers have four fifths of the time for others. */
const REST = 4;
const LONGEST_REST_MS = 60_000;
/** Names in one log line. */
const MOST_NAMED = 20;

/**
 * Goes round once; null when another daemon does.
 *
 * @throws AbortError; what `listPaths` and the lease throw
 */
export async function goRound(deps: DriftRoundDeps, signal: AbortSignal): Promise<RoundResult | null> {
  const { log, now = () => performance.now(), delay = rest } = deps;
  const lease = await deps.acquireLease(LEASE, LEASE_MS);
  if (!lease) return null;
  try {
    let [paths, drifted, unknown] = [0, 0, 0];
    for (const path of await deps.listPaths(signal)) {
      if (!deps.isOpen() || !(await lease.renew())) break;
      const startedAt = now();
      const drift = await look(deps, path, signal);
      paths += 1;
      if (drift === null) unknown += 1;
      else if (drift.kind !== 'none') drifted += 1;
      await delay(Math.min(REST * (now() - startedAt), LONGEST_REST_MS), signal);
    }
    const result = { paths, drifted, unknown };
    log.info('compared all paths with katello', result);
    return result;
  } finally {
    await lease.release().catch(() => undefined); // it ends by itself
  }
}

/** Tells what is wrong; null when that cannot be known. */
async function look({ check, log }: DriftRoundDeps, path: string, signal: AbortSignal): Promise<Drift | null> {
  try {
    const drift = (await check(path, signal)) ?? ({ kind: 'none' } as const);
    if (drift.kind === 'unpublished') {
      log.warn('katello does not show what was pushed', {
        path,
        planned: drift.actions,
        hint: `kpr plan ${path} tells more, kpr reprocess ${path} mends it`,
      });
    }
    if (drift.kind === 'unlisted') {
      log.warn('katello lists other tags than it serves', {
        path,
        tags: drift.tags.slice(0, MOST_NAMED),
        count: drift.tags.length,
        hint: 'push any tag: each publish makes Katello list all of them anew',
      });
    }
    return drift;
  } catch (error) {
    if (isAbort(error)) throw error;
    log.info('path cannot be compared with katello', { path, ...errorFields(error) });
    return null;
  }
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  await ordinaryDelay(ms, undefined, { signal });
}
