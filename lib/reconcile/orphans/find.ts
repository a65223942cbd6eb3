/**
 * Finds orphans: two listings tell which push repositories name a Katello repository that is not listed, and each of
 * those is then asked for by itself. A listing alone proves nothing.
 */
import { LABELS, readOwnedRepositoryId } from '../../domain/claim.ts';
import { isOrphan } from '../../domain/orphan.ts';
import { fromPulpName } from '../../domain/path.ts';
import type { OrphanDeps } from './deps.ts';
import { placeOf, type ReadPlace, readFacts } from './read.ts';
import { createSurroundings } from './surroundings.ts';

export interface FoundOrphans {
  /** in Pulp's order */
  readonly orphans: readonly ReadPlace[];
  /** paths that are no orphans, and carry labels of one */
  readonly leftovers: readonly string[];
}

/** @throws what the ports throw: nothing is known then, of no path */
export async function findOrphans(deps: OrphanDeps, signal: AbortSignal): Promise<FoundOrphans> {
  const { pulp, settings } = deps;
  const surroundings = createSurroundings(deps);
  const listed = await surroundings.readIds(signal);
  const orphans: ReadPlace[] = [];
  const leftovers: string[] = [];

  for await (const distribution of pulp.listDistributions(`${settings.prefix}/`, signal)) {
    const path = fromPulpName(distribution.base_path, settings.prefix);
    if (path === null) continue;
    const { pulp_labels: labels } = distribution;
    const ownedId = readOwnedRepositoryId(labels);
    const place = ownedId === null || listed.has(ownedId) ? null : await placeOf(pulp, path, distribution, signal);
    const read = place && (await readFacts(deps, place, surroundings, signal));
    if (read && isOrphan(read.facts)) orphans.push(read);
    else if (LABELS.closing in labels || LABELS.quarantine in labels) leftovers.push(path);
  }
  return { orphans, leftovers };
}
