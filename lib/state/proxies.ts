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
  endWish(path: string): Promise<void>;
}

/** A wish that nobody could fulfil for so long is none. */
const WISH_MS = 86_400_000;

export function createProxyStates(keys: Keys): ProxyStates {
  const behind = keys.of('proxies-behind');
  const last = keys.of('proxies-last');
  const wishes = (path: string) => keys.of('proxies-wish', path);
  const field = (proxy: string, path: string) => JSON.stringify([proxy, path]);

  const listBehind = async () => {
    const rows = await keys.run((redis) => redis.hvals(behind));
    return rows
      .map(parse)
      .filter(isBehind)
      .toSorted((a, b) => a.proxy.localeCompare(b.proxy) || a.path.localeCompare(b.path));
  };
  const endWish = async (path: string) => {
    await keys.run((redis) => redis.del(wishes(path)));
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
      await endWish(path);
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
      await keys.run((redis) => redis.set(wishes(path), JSON.stringify(wish), 'PX', WISH_MS));
    },
    findWish: async (path) => {
      const text = await keys.run((redis) => redis.get(wishes(path)));
      const wish = text === null ? null : parse(text);
      return isWish(wish) ? wish : null;
    },
    endWish,
  };
}

function parse(text: string): unknown {
  return JSON.parse(text);
}
