/**
 * Leases: locks with an end. They make overlap rare and fence nothing, since Pulp and Katello check no token.
 */
import { randomUUID } from 'node:crypto';
import type { Keys } from './keys.ts';

export interface Lease {
  readonly token: string;
  /** False once it has ended by our own clock, was released, or a renewal found another holder. */
  isHeld(): boolean;
  /** Starts its time anew; false when somebody else has it or it had ended. @throws E_TRANSPORT */
  renew(): Promise<boolean>;
  /** Ends it, if it is still ours. @throws E_TRANSPORT */
  release(): Promise<void>;
}

export interface LeaseOptions {
  /** milliseconds that never go back */
  readonly now: () => number;
  readonly onLost: () => void;
}

const RENEW = `return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('PEXPIRE', KEYS[1], ARGV[2]) or 0`;
const RELEASE = `return redis.call('GET', KEYS[1]) == ARGV[1] and redis.call('DEL', KEYS[1]) or 0`;

/** Answers a function that takes a lease; null when somebody else holds it. */
export function createLeases(keys: Keys, { now, onLost }: LeaseOptions) {
  return async function acquireLease(name: string, ttlMs: number): Promise<Lease | null> {
    const key = keys.of('lease', name);
    const token = randomUUID();
    const startedAt = now(); // before the call: our clock ends it first
    const taken = await keys.run((redis) => redis.set(key, token, 'PX', ttlMs, 'NX'));
    if (taken !== 'OK') return null;

    let heldUntil = startedAt + ttlMs;
    return {
      token,
      isHeld: () => now() < heldUntil,
      renew: async () => {
        const renewedAt = now();
        const isOurs = (await keys.run((redis) => redis.eval(RENEW, 1, key, token, ttlMs))) === 1;
        if (!isOurs && heldUntil > 0) onLost();
        heldUntil = isOurs ? renewedAt + ttlMs : 0;
        return isOurs;
      },
      release: async () => {
        heldUntil = 0;
        await keys.run((redis) => redis.eval(RELEASE, 1, key, token));
      },
    };
  };
}
