/**
 * Hints between daemons: the one that grants tokens or takes webhooks may not be the one that looks for pushes. Published,
 * not kept: a hint that nobody hears costs one idle gap.
 */
import { createHash } from 'node:crypto';
import type { Cluster, Redis } from 'ioredis';
import type { Keys } from './keys.ts';

export interface Hints {
  /** Something may have been pushed to the path; null: anywhere. @throws E_TRANSPORT */
  send(path: string | null): Promise<void>;
  /** False when a message of this id came before, a quarter of an hour ago at most. @throws E_TRANSPORT */
  noteId(id: string): Promise<boolean>;
  /**
   * Hears what any daemon sends, after every outage again. Fulfilled when it begins to.
   *
   * @param client of its own: it can do nothing else from now on
   * @throws Error of ioredis when Redis refuses, or the client is closed before
   */
  hear(client: Redis | Cluster, onHint: (path: string | null) => void): Promise<void>;
}

/** Longer than a signature counts, by any clock that it counts for. */
const SEEN_MS = 15 * 60_000;

/** On one channel under the prefix. */
export function createHints(keys: Keys): Hints {
  const channel = keys.of('hints');
  return {
    send: async (path) => {
      await keys.run((redis) => redis.publish(channel, path ?? ''));
    },
    noteId: async (id) => {
      const key = keys.of('hook', createHash('sha256').update(id).digest('hex'));
      return (await keys.run((redis) => redis.set(key, '1', 'PX', SEEN_MS, 'NX'))) === 'OK';
    },
    hear: async (client, onHint) => {
      client.on('message', (_channel: string, path: string) => onHint(path === '' ? null : path));
      await client.subscribe(channel);
    },
  };
}
