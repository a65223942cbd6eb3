/**
 * Who is signed in at the dashboard. The id of a session is known to its browser only: Redis holds a hash of it, so that
 * whoever reads Redis is not signed in.
 */
import { createHash, randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Caller } from '../domain/caller.ts';
import type { Keys } from './keys.ts';

export interface Session {
  /** as they were when they signed in */
  readonly caller: Caller;
  /** what every write has to show beside the cookie */
  readonly token: string;
}

export interface Sessions {
  /** A new session and its id. @throws E_TRANSPORT */
  open(caller: Caller): Promise<{ id: string; session: Session }>;
  /** Null when it ended, or never was. @throws E_TRANSPORT */
  find(id: string): Promise<Session | null>;
  /** Ends it. @throws E_TRANSPORT */
  close(id: string): Promise<void>;
}

const Stored = z.object({
  caller: z.object({
    login: z.string().nullable(),
    role: z.enum(['viewer', 'operator']),
    organizations: z.union([z.literal('all'), z.array(z.object({ id: z.number(), label: z.string() }))]),
  }),
  token: z.string(),
});

/** 256 bits. */
const RANDOM_BYTES = 32;

/** @param ttlMs a session ends after this time, used or not: rights are read at sign-in only */
export function createSessions(keys: Keys, ttlMs: number): Sessions {
  const key = (id: string) => keys.of('session', createHash('sha256').update(id).digest('base64url'));

  return {
    open: async (caller) => {
      const [id, token] = [createSecret(), createSecret()];
      const session = { caller, token };
      await keys.run((redis) => redis.set(key(id), JSON.stringify(session), 'PX', ttlMs));
      return { id, session };
    },
    find: async (id) => {
      const text = await keys.run((redis) => redis.get(key(id)));
      return text === null ? null : (Stored.safeParse(JSON.parse(text)).data ?? null);
    },
    close: async (id) => {
      await keys.run((redis) => redis.del(key(id)));
    },
  };
}

function createSecret(): string {
  return randomBytes(RANDOM_BYTES).toString('base64url');
}
