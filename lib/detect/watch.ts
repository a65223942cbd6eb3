/** One daemon's watch over Pulp while it holds the lease: where it stands in each source, and what each look does. */
import { ReactorError } from '../errors.ts';
import { errorFields } from '../log.ts';
import type { Change } from './change.ts';
import { newestOfEach } from './change.ts';
import { type Cursor, lift, restartPoint, startCursor } from './cursor.ts';
import type { DetectorDeps } from './deps.ts';
import { type Features, probeFeatures } from './features.ts';
import { createMemory } from './memory.ts';
import { readRepositoryFeed, readWatermark } from './repository-feed.ts';
import { readAllRepositories } from './resync.ts';
import { readTaskFeed } from './task-feed.ts';
import { microsOf } from './time.ts';

export interface Watch {
  /** Reads what is due and queues what changed. What failed midway is read again by the next look. */
  look(signal: AbortSignal): Promise<void>;
  /** The next look asks first what Pulp can do. */
  reprobe(): void;
  /** The next look compares everything. */
  resync(): void;
  /** Shortest time between two looks that this Pulp should bear, in milliseconds. */
  leastGapMs(): number;
}

export interface WatchOptions {
  /** Renews the lease when it is time. @throws E_LEASE_LOST */
  readonly keepLease: () => Promise<void>;
  readonly onChange: () => void;
}

const SWEEP_MS = 5 * 60_000;
const RESYNC_MS = 24 * 3_600_000;
/** Tasks from before may have been purged; reading them all would cost more than a resync. */
const TRUSTED_MICROS = RESYNC_MS * 1000;
/** The list of repositories costs Pulp three times what the list of tasks does. */
const REPOSITORY_GAP_MS = 5000;
const MEMORY_SIZE = 100_000;

export function createWatch(deps: DetectorDeps, { keepLease, onChange }: WatchOptions): Watch {
  const { pulp, prefix, log, now, onLook } = deps;
  const memory = createMemory(MEMORY_SIZE);
  let features: Features | null = null;
  let cursor: Cursor | null = null;
  let saved: string | null = null;
  let watermark: string | null = null;
  let sweepAt = now() + SWEEP_MS;
  let resyncAt = now();

  /** What the sources are read from comes before the listings of the first resync: nothing falls between. */
  const begin = async (signal: AbortSignal): Promise<Features> => {
    const probed = await probeFeatures(pulp, deps.options.overlapMs, signal);
    const { newestTask, feed, versions } = probed;
    saved ??= await deps.readCursor();
    const place = cursor?.newest ?? saved;
    if (!isTrusted(place, newestTask)) {
      cursor = startCursor(newestTask);
      resyncAt = now();
    }
    cursor ??= startCursor(place ?? newestTask);
    watermark ??= await readWatermark(pulp, signal);
    log.info('looking for pushes', { feed, versions });
    return probed;
  };

  const queue = async (changes: readonly Change[]) => {
    for (const { uuid, path, version } of newestOfEach(changes)) {
      await keepLease();
      try {
        await deps.enqueue(path, { version, seenAt: now() });
        log.debug('push seen', { path, version });
      } catch (error) {
        if (!(error instanceof ReactorError) || error.disposition !== 'give-up') throw error;
        log.warn('push repository cannot be queued', { path, version, ...errorFields(error) });
      }
      memory.remember(uuid, { path, version });
      onChange();
    }
  };

  const lookAtTasks = async (from: Cursor, overlapMs: number, signal: AbortSignal) => {
    const startedAt = now();
    const isSweep = startedAt >= sweepAt;
    const upTo = isSweep ? await pulp.findNewestTask(signal) : null;
    const { changes, cursor: next } = await readTaskFeed({ pulp, prefix, memory }, from, overlapMs, signal);
    await queue(changes);
    cursor = upTo ? lift(next, upTo.pulp_created) : next;
    const point = restartPoint(cursor);
    if (point !== saved) await deps.writeCursor(point);
    saved = point;
    onLook('tasks', now() - startedAt);
  };

  const lookAtRepositories = async (signal: AbortSignal) => {
    const startedAt = now();
    const result = await readRepositoryFeed({ pulp, prefix, memory }, watermark, signal);
    await queue(result.changes);
    watermark = result.watermark;
    sweepAt = now() + SWEEP_MS;
    onLook('repositories', now() - startedAt);
  };

  const lookAtAll = async (signal: AbortSignal) => {
    const startedAt = now();
    const { listHeldPaths } = deps;
    const { all, changes } = await readAllRepositories({ pulp, prefix, listHeldPaths, keepLease }, signal);
    await queue(changes);
    for (const { uuid, path, version } of all) memory.remember(uuid, { path, version });
    resyncAt = now() + RESYNC_MS;
    log.info('compared all push repositories', {
      repositories: all.length,
      queued: changes.length,
      durationMs: now() - startedAt,
    });
  };

  return {
    async look(signal) {
      await keepLease();
      features ??= await begin(signal);
      if (now() >= resyncAt) await lookAtAll(signal);
      if (features.feed === 'tasks' && cursor) await lookAtTasks(cursor, features.overlapMs, signal);
      if (features.feed === 'repositories' || now() >= sweepAt) await lookAtRepositories(signal);
    },
    reprobe() {
      features = null;
    },
    resync() {
      resyncAt = now();
    },
    leastGapMs: () => (features?.feed === 'repositories' ? REPOSITORY_GAP_MS : 0),
  };
}

/** False for a place that is unknown, too old, or later than Pulp's newest task: another database, or purged tasks. */
function isTrusted(place: string | null, newestTask: string): boolean {
  const age = microsOf(newestTask) - microsOf(place ?? '');
  return age >= 0 && age <= TRUSTED_MICROS;
}
