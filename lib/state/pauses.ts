/**
 * Who paused a queue. That it is paused is BullMQ's.
 */
import type { Keys } from './keys.ts';

export interface Pause {
  /** login; null for whoever may open the daemon's own socket */
  readonly login: string | null;
  /** ISO 8601, UTC */
  readonly since: string;
}

/** Every function throws E_TRANSPORT when Redis is away. */
export interface Pauses {
  write(queue: string, pause: Pause): Promise<void>;
  forget(queue: string): Promise<void>;
  find(queue: string): Promise<Pause | null>;
}

export function createPauses(keys: Keys): Pauses {
  const key = keys.of('queues-paused');
  return {
    write: async (queue, pause) => {
      await keys.run((redis) => redis.hset(key, queue, JSON.stringify(pause)));
    },
    forget: async (queue) => {
      await keys.run((redis) => redis.hdel(key, queue));
    },
    find: async (queue) => {
      const text = await keys.run((redis) => redis.hget(key, queue));
      const value: unknown = text === null ? null : JSON.parse(text);
      return isPause(value) ? value : null;
    },
  };
}

function isPause(value: unknown): value is Pause {
  return typeof value === 'object' && value !== null && 'login' in value && 'since' in value;
}
