/**
 * Holds a lease while work is done: renews it, and stops the work before its next write once it is lost.
 */
import { LeaseLostError } from '../errors.ts';
import type { Lease } from './deps.ts';

/** How long a lease outlives a process that died; renewed three times within. */
export const LEASE_TTL_MS = 30_000;

/** Passes while the lease is held. @throws E_LEASE_LOST */
export type Guard = () => void;

/**
 * Runs `work` under the lease and releases it afterwards, whatever happened.
 *
 * @throws E_LEASE_LOST from the guard; whatever `work` throws
 */
export async function withLease<T>(name: string, lease: Lease, work: (guard: Guard) => Promise<T>): Promise<T> {
  let isLost = false;
  const renew = async (): Promise<void> => {
    if (!(await lease.renew())) isLost = true;
  };
  // while Redis is away the lease's own clock decides
  const renewal = setInterval(() => void renew().catch(() => undefined), LEASE_TTL_MS / 3);

  try {
    return await work(() => {
      if (isLost || !lease.isHeld()) throw new LeaseLostError(`the lease on ${name} was lost; another run goes on`);
    });
  } finally {
    clearInterval(renewal);
    await lease.release().catch(() => undefined); // it expires by itself
  }
}
