/**
 * Second source: container repositories, newest change first. Every few minutes; the only one where push tasks cannot be
 * relied on (pulp_container 2.20 deletes some of them).
 */
import type { Pulp } from '../pulp/pulp.ts';
import { type Change, changeOf } from './change.ts';
import type { Memory } from './memory.ts';
import { microsOf } from './time.ts';

export interface RepositoryFeedDeps {
  readonly pulp: Pick<Pulp, 'listRecentRepositories'>;
  readonly prefix: string;
  readonly memory: Memory;
}

/** What was found, and the time up to which all was read; null while Pulp shows no times (pulpcore before 3.48). */
export interface RepositoryFeedResult {
  readonly changes: readonly Change[];
  readonly watermark: string | null;
}

/** Rows are written when a version is finished and read when that is committed: a minute is plenty between the two. */
const OVERLAP_MS = 60_000;

/** `pulp_last_updated` of the newest row, or null. */
export async function readWatermark(pulp: RepositoryFeedDeps['pulp'], signal: AbortSignal): Promise<string | null> {
  for await (const { pulp_last_updated } of pulp.listRecentRepositories(signal)) return pulp_last_updated ?? null;
  return null;
}

/**
 * Reads down to the watermark. The time of a row moves without a version too (labels), so versions are compared. An
 * empty repository is only the first half of a push.
 *
 * @throws what the port throws
 */
export async function readRepositoryFeed(
  { pulp, prefix, memory }: RepositoryFeedDeps,
  watermark: string | null,
  signal: AbortSignal,
): Promise<RepositoryFeedResult> {
  const changes: Change[] = [];
  let newest: string | null = null;
  for await (const row of pulp.listRecentRepositories(signal)) {
    newest ??= row.pulp_last_updated ?? null;
    if (isBefore(row.pulp_last_updated, watermark)) break;
    const change = changeOf(row, prefix);
    if (change && change.version > (memory.find(change.uuid)?.version ?? 0)) changes.push(change);
  }
  return { changes, watermark: newest ?? watermark };
}

function isBefore(time: string | undefined, watermark: string | null): boolean {
  if (time === undefined || watermark === null) return false;
  return microsOf(time) < microsOf(watermark) - OVERLAP_MS * 1000;
}
