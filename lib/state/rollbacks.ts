/**
 * Which push versions are rollbacks, by whom and why, until their receipt says so.
 */
import type { Keys } from './keys.ts';

export interface RollbackNote {
  /** login; null for whoever may open the daemon's own socket */
  readonly user: string | null;
  /** why, in the person's words */
  readonly note: string | null;
}

/** Every function throws E_TRANSPORT when Redis is away. */
export interface Rollbacks {
  /** @param uuid of the push repository @param version that the rollback makes */
  write(uuid: string, version: number, note: RollbackNote): Promise<void>;
  /** It was another version after all. */
  forget(uuid: string, version: number): Promise<void>;
  find(uuid: string, version: number): Promise<RollbackNote | null>;
}

/** A version that no run has opened a receipt for since is history. */
const KEEP_MS = 7 * 86_400_000;

export function createRollbacks(keys: Keys): Rollbacks {
  const key = (uuid: string, version: number) => keys.of('rollback', `${uuid}@${version}`);
  return {
    write: async (uuid, version, note) => {
      await keys.run((redis) => redis.set(key(uuid, version), JSON.stringify(note), 'PX', KEEP_MS));
    },
    forget: async (uuid, version) => {
      await keys.run((redis) => redis.del(key(uuid, version)));
    },
    find: async (uuid, version) => {
      const text = await keys.run((redis) => redis.get(key(uuid, version)));
      const value: unknown = text === null ? null : JSON.parse(text);
      return isNote(value) ? value : null;
    },
  };
}

function isNote(value: unknown): value is RollbackNote {
  return typeof value === 'object' && value !== null && 'user' in value && 'note' in value;
}
