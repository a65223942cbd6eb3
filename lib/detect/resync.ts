/** Third source: everything, from two listings. At start, after a gap, and when asked. */
import { isProtected, type Labels, readClaim, readOwnedRepositoryId } from '../domain/claim.ts';
import { readUuid } from '../pulp/href.ts';
import type { Pulp } from '../pulp/pulp.ts';
import { type Change, changeOf } from './change.ts';

export interface ResyncDeps {
  readonly pulp: Pick<Pulp, 'listRepositories' | 'listDistributions'>;
  readonly prefix: string;
  /** paths that hold something back: a tag that may have become complete meanwhile */
  readonly listHeldPaths: () => Promise<ReadonlySet<string>>;
  /** called often while the listings go on. @throws E_LEASE_LOST */
  readonly keepLease: () => Promise<void>;
}

export interface ResyncResult {
  /** every push repository, changed or not */
  readonly all: readonly Change[];
  /** those whose version is not the claimed one, whose distribution lost its protection, or that hold something back */
  readonly changes: readonly Change[];
}

/**
 * Costs about half a second for each thousand rows.
 *
 * @throws what the port and `listHeldPaths` throw
 */
export async function readAllRepositories(
  { pulp, prefix, listHeldPaths, keepLease }: ResyncDeps,
  signal: AbortSignal,
): Promise<ResyncResult> {
  const held = await listHeldPaths();
  const settledAt = new Map<string, number>();
  for await (const { repository, pulp_labels } of pulp.listDistributions(`${prefix}/`, signal)) {
    await keepLease();
    const uuid = repository === null ? null : readUuid(repository);
    if (uuid !== null) settledAt.set(uuid, settledVersion(uuid, pulp_labels));
  }
  // listed last: a push between the two listings shows as a version that nobody claimed
  const all: Change[] = [];
  for await (const row of pulp.listRepositories(`${prefix}/`, signal)) {
    await keepLease();
    const change = changeOf(row, prefix);
    if (change) all.push(change);
  }
  const changes = all.filter(
    ({ path, uuid, version }) => version !== (settledAt.get(uuid) ?? UNCLAIMED) || held.has(path),
  );
  return { all, changes };
}

/** Of a push repository without content, which is the first half of a push. */
const UNCLAIMED = 0;
/** No version. */
const NEVER = -1;

/** The version of the push repository at which there is nothing to do. */
function settledVersion(uuid: string, labels: Labels): number {
  const repositoryId = readOwnedRepositoryId(labels);
  const claim = repositoryId === null ? null : readClaim(labels, uuid, repositoryId);
  if (!claim) return UNCLAIMED;
  return isProtected(labels) ? claim.pushVersion : NEVER;
}
