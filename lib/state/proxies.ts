/**
 * What is remembered of smart proxies: which paths they lack, how the last sync went, and what a person asked for. Shown
 * to people, and to tell a new trouble from a known one; what a proxy has is read from Katello.
 */
import { type Behind, isBehind, isLastResult, isWish, type LastResult, type Wish } from '../domain/proxy-state.ts';
import type { Keys } from './keys.ts';

/** Every function throws E_TRANSPORT when Redis is away. */
export interface ProxyStates {
  /** All paths that some proxy lacks, by proxy and path. */
  listBehind(): Promise<Behind[]>;
  markBehind(behind: Behind): Promise<void>;
  /** The proxy has it, or is not meant to. */
  clearBehind(proxy: string, path: string): Promise<void>;
  /** The path is gone. */
  forget(path: string): Promise<void>;
  /** By the name of the proxy. */
  readLast(): Promise<ReadonlyMap<string, LastResult>>;
  writeLast(proxy: string, result: LastResult): Promise<void>;
  wish(path: string, wish: Wish): Promise<void>;
  /** Null: nobody asks. */
  findWish(path: string): Promise<Wish | null>;
  /** Paths that somebody asks for. */
  listWishes(): Promise<string[]>;
  /** Ends the wish that was seen; false when there is another one by now. */
  endWish(path: string, seen: Wish | null): Promise<boolean>;
}

/** Answers whether nothing is left; the wish of somebody who asked meanwhile stays. */
const END_WISH = `
local left = redis.call('HGET', KEYS[1], ARGV[1])
if left == ARGV[2] then redis.call('HDEL', KEYS[1], ARGV[1]) left = false end
return left and 0 or 1`;

/** A wish that nobody could fulfil for so long is none. */
const WISH_MS = 86_400_000;

export function createProxyStates(keys: Keys, now: () => number): ProxyStates {
  const behind = keys.of('proxies-behind');
  const last = keys.of('proxies-last');
  const wishes = keys.of('proxies-wishes');
  const field = (proxy: string, path: string) => JSON.stringify([proxy, path]);

  const listBehind = async () => {
    const rows = await keys.run((redis) => redis.hvals(behind));
    return rows
      .map(parse)
      .filter(isBehind)
      .toSorted((a, b) => a.proxy.localeCompare(b.proxy) || a.path.localeCompare(b.path));
  };
  const endWish = async (path: string, text: string) =>
    (await keys.run((redis) => redis.eval(END_WISH, 1, wishes, path, text))) === 1;
  const readWish = (text: string | undefined | null): Wish | null => {
    const wish = text ? parse(text) : null;
    return isWish(wish) && wish.at > now() - WISH_MS ? wish : null;
  };

  return {
    listBehind,
    markBehind: async (row) => {
      await keys.run((redis) => redis.hset(behind, field(row.proxy, row.path), JSON.stringify(row)));
    },
    clearBehind: async (proxy, path) => {
      await keys.run((redis) => redis.hdel(behind, field(proxy, path)));
    },
    forget: async (path) => {
      const gone = (await listBehind()).filter((row) => row.path === path).map(({ proxy }) => field(proxy, path));
      if (gone.length > 0) await keys.run((redis) => redis.hdel(behind, ...gone));
      await keys.run((redis) => redis.hdel(wishes, path));
    },
    readLast: async () => {
      const rows = Object.entries(await keys.run((redis) => redis.hgetall(last)));
      return new Map(
        rows.flatMap(([proxy, row]) => {
          const result = parse(row);
          return isLastResult(result) ? [[proxy, result] as const] : [];
        }),
      );
    },
    writeLast: async (proxy, result) => {
      await keys.run((redis) => redis.hset(last, proxy, JSON.stringify(result)));
    },
    wish: async (path, wish) => {
      await keys.run((redis) => redis.hset(wishes, path, JSON.stringify(wish)));
    },
    findWish: async (path) => {
      const text = await keys.run((redis) => redis.hget(wishes, path));
      const wish = readWish(text);
      if (text !== null && !wish) await endWish(path, text);
      return wish;
    },
    listWishes: async () => {
      const rows = Object.entries(await keys.run((redis) => redis.hgetall(wishes)));
      return rows.flatMap(([path, text]) => (readWish(text) ? [path] : []));
    },
    endWish: (path, seen) => endWish(path, JSON.stringify(seen)),
  };
}

function parse(text: string): unknown {
  return JSON.parse(text);
}
