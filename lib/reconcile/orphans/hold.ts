/**
 * Works on one push repository under the lease that a reconcile of it would have, and reads it there.
 */
import { LEASE_TTL_MS, withLease } from '../lease.ts';
import type { OrphanDeps } from './deps.ts';
import { readFacts, readPlace } from './read.ts';
import { createSurroundings } from './surroundings.ts';
import type { Work } from './write.ts';

/** Somebody else works on it. */
export const BUSY = Symbol('busy');
/** There is no push repository at the path. */
export const NOTHING = Symbol('nothing');

/**
 * What `work` answers, of the push repository as it is now.
 *
 * @throws E_LEASE_LOST from the guard; what the ports and `work` throw
 */
export async function hold<T>(
  deps: OrphanDeps,
  path: string,
  signal: AbortSignal,
  work: (held: Work) => Promise<T>,
): Promise<T | typeof BUSY | typeof NOTHING> {
  const seen = await readPlace(deps, path, signal);
  if (!seen) return NOTHING;
  const name = seen.ownedId === null ? `orphan/${path}` : `repository/${seen.ownedId}`;
  const lease = await deps.acquireLease(name, LEASE_TTL_MS);
  if (!lease) return BUSY;
  return withLease(name, lease, async (guard) => {
    const place = await readPlace(deps, path, signal);
    if (!place) return NOTHING;
    if (place.ownedId !== seen.ownedId) return BUSY; // the lease is another one's
    return work({ deps, place: await readFacts(deps, place, createSurroundings(deps), signal), guard, signal });
  });
}
