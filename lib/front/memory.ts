/** Answers that are kept for a short time; equal questions at one moment share one. */
import { LRUCache } from 'lru-cache';

export interface Memory<T extends object> {
  /**
   * What was answered to this key, or what `load` answers. A failure reaches those who wait for it and is not kept, nor is
   * an answer that is not worth it.
   */
  read(key: string, load: () => Promise<T>): Promise<T>;
}

export interface MemoryOptions {
  /** 0: nothing is kept, questions are still shared */
  readonly ttlMs: number;
  /** milliseconds from any fixed point, never going back */
  readonly now: () => number;
}

/** Answers kept at most; the one not asked for longest goes first. */
const SIZE = 10_000;

export function createMemory<T extends object>(
  { ttlMs, now }: MemoryOptions,
  isWorthKeeping: (value: T) => boolean,
): Memory<T> {
  const kept = createKept<T>({ ttlMs, now });
  const loading = new Map<string, Promise<T>>();

  async function keep(key: string, load: () => Promise<T>): Promise<T> {
    const value = await load();
    if (ttlMs > 0 && isWorthKeeping(value)) kept.set(key, value);
    return value;
  }

  return {
    read: async (key, load) => {
      const known = kept.get(key);
      if (known) return known;
      const shared = loading.get(key) ?? keep(key, load).finally(() => loading.delete(key));
      loading.set(key, shared);
      return shared;
    },
  };
}

/** A bounded map whose entries end. */
export function createKept<T extends object>({ ttlMs, now }: MemoryOptions): LRUCache<string, T> {
  return new LRUCache<string, T>({ max: SIZE, ttl: ttlMs, ttlResolution: 0, perf: { now } });
}
