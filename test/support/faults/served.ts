/** What Katello serves of a push path, and whether that is at rest, read from the in-memory Pulp's own state. */
import { readClaim, readOwnedRepositoryId } from '../../../lib/domain/claim.ts';
import { type Distribution, findVersion, latestOf, type State } from '../pulp/state.ts';

/** Digest by tag of what a pull finds; null while nothing is served. */
export function readServed(state: State, name: string): Map<string, string> | null {
  const versionId = findDistribution(state, name)?.versionId;
  const content = versionId ? findVersion(state, versionId)?.version.content : undefined;
  if (!content) return null;
  const served = new Map<string, string>();
  for (const id of content) {
    const unit = state.content.get(id);
    const manifest = unit?.kind === 'tag' ? state.content.get(unit.manifestId) : undefined;
    if (unit?.kind === 'tag' && manifest?.kind === 'manifest') served.set(unit.name, manifest.digest);
  }
  return served;
}

/** False while Katello's Pulp repository has a version that Katello does not know of. */
export function servesLatest(state: State, name: string): boolean {
  const found = findVersion(state, findDistribution(state, name)?.versionId ?? '');
  return found !== null && latestOf(found.repository) === found.version;
}

/** True if the claim on the push distribution names the latest push version. */
export function isClaimed(state: State, name: string): boolean {
  const distribution = findDistribution(state, name);
  const repository = state.repositories.get(distribution?.repositoryId ?? '');
  const repositoryId = readOwnedRepositoryId(distribution?.labels ?? {});
  if (!distribution || !repository || repositoryId === null) return false;
  return readClaim(distribution.labels, repository.id, repositoryId)?.pushVersion === latestOf(repository).number;
}

function findDistribution(state: State, basePath: string): Distribution | undefined {
  return [...state.distributions.values()].find((one) => one.basePath === basePath);
}
