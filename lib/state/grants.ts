/**
 * Which logins were granted a push to a path, and when: for the receipt, never for a decision.
 */
import type { PushGrant } from '../domain/pusher.ts';
import type { Keys } from './keys.ts';

export interface Grants {
  /** The login, folded as Foreman finds it, was granted a push now. @throws E_TRANSPORT */
  note(path: string, login: string): Promise<void>;
  /** Each login once, the latest grant last. @throws E_TRANSPORT */
  list(path: string): Promise<PushGrant[]>;
}

/** Longer than a push waits for a Katello that somebody repairs. */
const KEPT_MS = 7 * 86_400_000;
const MOST_LOGINS = 100;

/** @param now epoch milliseconds, of the daemon that grants */
export function createGrants(keys: Keys, now: () => number): Grants {
  const key = (path: string) => keys.of('granted', path);
  return {
    note: (path, login) =>
      keys.transact((batch) => {
        batch.zadd(key(path), now(), login.toLowerCase());
        batch.zremrangebyscore(key(path), '-inf', now() - KEPT_MS);
        batch.zremrangebyrank(key(path), 0, -(MOST_LOGINS + 1));
        batch.pexpire(key(path), KEPT_MS);
      }),
    list: async (path) => {
      const flat = await keys.run((redis) => redis.zrangebyscore(key(path), now() - KEPT_MS, '+inf', 'WITHSCORES'));
      const grants: PushGrant[] = [];
      for (let i = 0; i < flat.length; i += 2) grants.push({ login: flat[i] ?? '', at: Number(flat[i + 1]) });
      return grants;
    },
  };
}
