/**
 * What is remembered of a path between runs: when it may publish again, when to look at it again, since when a push
 * waits to be published, and how its last run failed.
 */
import type { Keys } from './keys.ts';

/** How the last run of a path failed for good. */
export interface FailedPath {
  readonly path: string;
  /** of the queue, so that it can be removed when the path is well again */
  readonly jobId: string;
  /** since when its push waits */
  readonly since: number;
  readonly code: string;
  readonly message: string;
}

/** A push, and who waits to be published. */
export interface Seen {
  readonly seenAt: number;
  /** when the push of the same path before it was seen; null: none was for some minutes */
  readonly seenBefore: number | null;
  /** since when an earlier push of the same path waits; null: none does */
  readonly waitingSince: number | null;
  /** how many paths wait, this one included */
  readonly waitingPaths: number;
}

/** Times are in epoch milliseconds. Every function throws E_TRANSPORT when Redis is away. */
export interface Paths {
  readPace(path: string): Promise<number | null>;
  /** The later time wins. */
  writePace(path: string, notBefore: number): Promise<void>;
  /** A person wants it now. */
  clearPace(path: string): Promise<void>;
  /** The latest call decides. */
  scheduleLook(path: string, at: number): Promise<void>;
  /** Hands each path that is due to `queue`, once over all callers; one that could not be queued is due again soon. */
  queueDueLooks(limit: number, queue: (path: string) => Promise<void>): Promise<void>;
  /** Paths that are to be looked at again: they hold something back. */
  listHeld(): Promise<ReadonlySet<string>>;

  /** A push was seen: it waits for the run at hand, or, if that has begun, for the next one. Answers who waits. */
  markSeen(path: string, at: number): Promise<Seen>;
  /** A run begins, for a job of this time: it takes along whatever was seen so far. */
  beginRun(path: string, at: number): Promise<void>;
  /** When the push was seen that the run at hand is about, or null. */
  findSeenAt(path: string): Promise<number | null>;
  /** The run ended well: what was seen during it waits now. Answers how the path had failed before, or null. */
  endRun(path: string): Promise<FailedPath | null>;
  /** The run failed for good. Answers how the path had failed before, or null. */
  failRun(failed: Omit<FailedPath, 'since'>): Promise<FailedPath | null>;
  /** The push that waits longest, failed ones included; null when there is none. */
  findOldestUnpublished(): Promise<{ path: string; since: number } | null>;
  /** Paths whose push waits since before then (epoch ms), failed ones included; so many at most. */
  listUnpublished(before: number, limit: number): Promise<string[]>;
  countFailed(): Promise<number>;
}

/** Long enough to queue a path; a process that dies meanwhile leaves it to the next one. */
const TAKEN_MS = 60_000;

/** KEYS: looks; ARGV: now, limit, time until which the paths are taken */
const TAKE_DUE = `
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
for _, path in ipairs(due) do redis.call('ZADD', KEYS[1], ARGV[3], path) end
return due`;

/** KEYS: looks; ARGV: path, time until which it was taken: another time was set by a run since */
const END_LOOK = `
if redis.call('ZSCORE', KEYS[1], ARGV[1]) == ARGV[2] then redis.call('ZREM', KEYS[1], ARGV[1]) end`;

/** KEYS: the path's pace; ARGV: not before, its time to live */
const WRITE_PACE = `
if tonumber(ARGV[1]) > tonumber(redis.call('GET', KEYS[1]) or 0) then
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end`;

/** How long it is remembered that a path was pushed. */
const SEEN_MS = 5 * 60_000;

/**
 * KEYS: pending, next, when the path was seen; ARGV: path, time, how long to remember it; answers when it was seen
 * before, or nothing, since when an earlier push waits, or nothing, and how many paths do
 */
const MARK_SEEN = `
local before = redis.call('GET', KEYS[3])
redis.call('SET', KEYS[3], ARGV[2], 'PX', ARGV[3])
local since = redis.call('ZSCORE', KEYS[1], ARGV[1])
if since then redis.call('ZADD', KEYS[2], 'NX', ARGV[2], ARGV[1])
else redis.call('ZADD', KEYS[1], ARGV[2], ARGV[1]) end
return {before or '', since or '', redis.call('ZCARD', KEYS[1])}`;

/** KEYS: pending, next, failed; ARGV: path, the failure or nothing; answers the failure before */
const END_RUN = `
local upcoming = redis.call('ZSCORE', KEYS[2], ARGV[1])
if upcoming then redis.call('ZADD', KEYS[1], upcoming, ARGV[1]) else redis.call('ZREM', KEYS[1], ARGV[1]) end
redis.call('ZREM', KEYS[2], ARGV[1])
local before = redis.call('HGET', KEYS[3], ARGV[1])
if ARGV[2] == '' then redis.call('HDEL', KEYS[3], ARGV[1]) else redis.call('HSET', KEYS[3], ARGV[1], ARGV[2]) end
return before`;

export function createPaths(keys: Keys, now: () => number): Paths {
  const pace = (path: string) => keys.of('pace', path);
  const looks = keys.of('looks');
  const pending = keys.of('pending');
  const upcoming = keys.of('upcoming');
  const failed = keys.of('failed');

  const findSeenAt = async (path: string) => {
    const score = await keys.run((redis) => redis.zscore(pending, path));
    return score === null ? null : Number(score);
  };
  const end = async (path: string, failure: string) =>
    parseFailed(await keys.run((redis) => redis.eval(END_RUN, 3, pending, upcoming, failed, path, failure)));

  return {
    readPace: async (path) => {
      // what is left of it, by the clock of Redis: the one that wrote it may be another than ours
      const leftMs = await keys.run((redis) => redis.pttl(pace(path)));
      return leftMs > 0 ? now() + leftMs : null;
    },
    writePace: async (path, notBefore) => {
      const ttlMs = Math.ceil(notBefore - now());
      if (ttlMs > 0) await keys.run((redis) => redis.eval(WRITE_PACE, 1, pace(path), notBefore, ttlMs));
    },
    clearPace: async (path) => {
      await keys.run((redis) => redis.del(pace(path)));
    },
    scheduleLook: async (path, at) => {
      await keys.run((redis) => redis.zadd(looks, at, path));
    },
    queueDueLooks: async (limit, queue) => {
      const takenUntil = now() + TAKEN_MS;
      const due: unknown = await keys.run((redis) => redis.eval(TAKE_DUE, 1, looks, now(), limit, takenUntil));
      for (const path of Array.isArray(due) ? due.map(String) : []) {
        await queue(path);
        await keys.run((redis) => redis.eval(END_LOOK, 1, looks, path, takenUntil));
      }
    },
    listHeld: async () => new Set(await keys.run((redis) => redis.zrange(looks, 0, '-1'))),
    markSeen: async (path, at) => {
      const seen = keys.of('seen', path);
      const mark = [pending, upcoming, seen, path, at, SEEN_MS];
      const answer: unknown = await keys.run((redis) => redis.eval(MARK_SEEN, 3, ...mark));
      const [before, since, paths] = Array.isArray(answer) ? answer.map(String) : [];
      const seenBefore = before ? Number(before) : null;
      return { seenAt: at, seenBefore, waitingSince: since ? Number(since) : null, waitingPaths: Number(paths) };
    },
    beginRun: (path, at) => keys.transact((batch) => batch.zadd(pending, 'NX', at, path).zrem(upcoming, path)),
    findSeenAt,
    endRun: (path) => end(path, ''),
    failRun: async (failure) => {
      const since = (await findSeenAt(failure.path)) ?? now();
      return end(failure.path, JSON.stringify({ ...failure, since }));
    },
    findOldestUnpublished: async () => {
      const [path, since] = await keys.run((redis) => redis.zrange(pending, 0, '0', 'WITHSCORES'));
      const failures = (await keys.run((redis) => redis.hvals(failed))).map(parseFailed);
      const waiting = path === undefined ? null : { path, since: Number(since) };
      return [waiting, ...failures]
        .filter((entry) => entry !== null)
        .map((entry) => ({ path: entry.path, since: entry.since }))
        .reduce<{ path: string; since: number } | null>(
          (oldest, entry) => (oldest && oldest.since <= entry.since ? oldest : entry),
          null,
        );
    },
    listUnpublished: async (before, limit) => {
      const waiting = await keys.run((redis) => redis.zrangebyscore(pending, '-inf', before, 'LIMIT', 0, limit));
      const failures = (await keys.run((redis) => redis.hvals(failed))).map(parseFailed);
      const late = failures.flatMap((failure) => (failure && failure.since <= before ? [failure.path] : []));
      return [...new Set([...waiting, ...late])].slice(0, limit);
    },
    countFailed: () => keys.run((redis) => redis.hlen(failed)),
  };
}

function parseFailed(text: unknown): FailedPath | null {
  const value: unknown = typeof text === 'string' ? JSON.parse(text) : null;
  return isFailedPath(value) ? value : null;
}

function isFailedPath(value: unknown): value is FailedPath {
  return typeof value === 'object' && value !== null && 'path' in value && 'jobId' in value && 'since' in value;
}
