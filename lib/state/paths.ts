/**
 * What is remembered of a path between runs: when it may publish again, when to look at it again, since when a push
 * waits to be published, and how its last run failed.
 */
import type { Keys } from './keys.ts';

/** How the last run of a path failed for good. */
export interface FailedPath {
  readonly path: string;
  readonly at: string;
  readonly code: string;
  readonly reason: string | null;
  readonly message: string;
}

/** Times are in epoch milliseconds. Every function throws E_TRANSPORT when Redis is away. */
export interface Paths {
  readPace(path: string): Promise<number | null>;
  writePace(path: string, notBefore: number): Promise<void>;
  /** The latest call decides. */
  scheduleLook(path: string, at: number): Promise<void>;
  /** Takes paths that are due; each goes to one caller only. */
  takeDueLooks(limit: number): Promise<string[]>;
  /** A push of the path waits since `at`; an earlier time stands. */
  markPending(path: string, at: number): Promise<void>;
  /** Nothing of the path waits any more, nor has it failed. */
  settle(path: string): Promise<void>;
  findOldestPending(): Promise<{ path: string; since: number } | null>;
  markFailed(failed: FailedPath): Promise<void>;
  countFailed(): Promise<number>;
  listFailed(): Promise<FailedPath[]>;
}

const TAKE = `
local due = redis.call('ZRANGEBYSCORE', KEYS[1], '-inf', ARGV[1], 'LIMIT', 0, ARGV[2])
if #due > 0 then redis.call('ZREM', KEYS[1], unpack(due)) end
return due`;

export function createPaths(keys: Keys, now: () => number): Paths {
  const pace = (path: string) => keys.of('pace', path);
  const looks = keys.of('looks');
  const pending = keys.of('pending');
  const failed = keys.of('failed');

  return {
    readPace: async (path) => {
      const text = await keys.run((redis) => redis.get(pace(path)));
      return text === null ? null : Number(text);
    },
    writePace: async (path, notBefore) => {
      const ttlMs = Math.ceil(notBefore - now());
      if (ttlMs > 0) await keys.run((redis) => redis.set(pace(path), notBefore, 'PX', ttlMs));
    },
    scheduleLook: async (path, at) => {
      await keys.run((redis) => redis.zadd(looks, at, path));
    },
    takeDueLooks: async (limit) => {
      const due: unknown = await keys.run((redis) => redis.eval(TAKE, 1, looks, now(), limit));
      return Array.isArray(due) ? due.map(String) : [];
    },
    markPending: async (path, at) => {
      await keys.run((redis) => redis.zadd(pending, 'NX', at, path));
    },
    settle: async (path) => {
      await keys.transact((batch) => batch.zrem(pending, path).hdel(failed, path));
    },
    findOldestPending: async () => {
      const [path, since] = await keys.run((redis) => redis.zrange(pending, 0, '0', 'WITHSCORES'));
      return path === undefined ? null : { path, since: Number(since) };
    },
    markFailed: async (entry) => {
      await keys.run((redis) => redis.hset(failed, entry.path, JSON.stringify(entry)));
    },
    countFailed: () => keys.run((redis) => redis.hlen(failed)),
    listFailed: async () => {
      const texts = await keys.run((redis) => redis.hvals(failed));
      return texts.map((text): unknown => JSON.parse(text)).filter(isFailedPath);
    },
  };
}

function isFailedPath(value: unknown): value is FailedPath {
  return typeof value === 'object' && value !== null && 'path' in value && 'message' in value;
}
