/**
 * What is remembered of those who take our events: how many they did not take in a row, and who is sent none any more.
 */
import { z } from 'zod';
import type { Keys } from './keys.ts';

export interface ReceiverState {
  /** ISO 8601, UTC; null while it is sent events */
  readonly disabledSince: string | null;
  /** why */
  readonly reason: string | null;
  readonly givenUpInARow: number;
}

export interface Receivers {
  /** @throws E_TRANSPORT */
  read(key: string): Promise<ReceiverState>;
  /** @throws E_TRANSPORT */
  write(key: string, state: ReceiverState): Promise<void>;
}

const Stored = z.object({
  disabledSince: z.string().nullable(),
  reason: z.string().nullable(),
  givenUpInARow: z.number(),
});

/** Of a receiver that nothing is known of. */
export const WELL: ReceiverState = { disabledSince: null, reason: null, givenUpInARow: 0 };

export function createReceivers(keys: Keys): Receivers {
  const key = keys.of('receivers');
  return {
    read: async (name) => {
      const text = await keys.run((redis) => redis.hget(key, name));
      return (text === null ? undefined : Stored.safeParse(JSON.parse(text)).data) ?? WELL;
    },
    write: async (name, state) => {
      await keys.run((redis) => redis.hset(key, name, JSON.stringify(state)));
    },
  };
}
