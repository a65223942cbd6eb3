/**
 * What is remembered of orphans beyond their labels: which push repositories were deleted, so that one that a backup
 * brings back begins its quarantine anew; and how many there were at the last sweep.
 */
import type { Keys } from './keys.ts';

export interface OrphanMemory {
  /** @param at epoch milliseconds @throws E_TRANSPORT */
  noteDeleted(uuid: string, at: number): Promise<void>;
  /** Epoch milliseconds, or null. @throws E_TRANSPORT */
  findDeletedAt(uuid: string): Promise<number | null>;
  /** @throws E_TRANSPORT */
  writeCounts(counts: Readonly<Record<string, number>>): Promise<void>;
  /** Orphans by state at the last sweep; empty before the first. @throws E_TRANSPORT */
  readCounts(): Promise<Readonly<Record<string, number>>>;
}

/** @param keptMs how long a deletion is remembered */
export function createOrphanMemory(keys: Keys, keptMs: number): OrphanMemory {
  const deleted = (uuid: string) => keys.of('orphan-deleted', uuid);
  const counts = keys.of('orphans');
  return {
    noteDeleted: async (uuid, at) => {
      await keys.run((redis) => redis.set(deleted(uuid), String(at), 'PX', keptMs));
    },
    findDeletedAt: async (uuid) => {
      const at = await keys.run((redis) => redis.get(deleted(uuid)));
      return at === null ? null : Number(at);
    },
    writeCounts: async (given) => {
      await keys.run((redis) => redis.hset(counts, given));
    },
    readCounts: async () => {
      const read = await keys.run((redis) => redis.hgetall(counts));
      return Object.fromEntries(Object.entries(read).map(([state, count]) => [state, Number(count)]));
    },
  };
}
