/**
 * Whether a pull from Katello gets what was pushed: read from what Katello's distribution serves, not from what a run said.
 */
import { LABELS, readClaim, readOwnedRepositoryId } from '../domain/claim.ts';
import { findVersionRef, readVersionRef } from '../pulp/href.ts';
import type { ReconcileDeps } from './deps.ts';
import { findPushRepository, type PushRepository } from './resolve.ts';

export interface ArrivalRead {
  readonly uuid: string;
  /** newest version of the push repository */
  readonly version: number;
  /** what is waited for: the given digest, or the one that the tag names in the push repository; null: none, or all tags */
  readonly digest: string | null;
  readonly isServed: boolean;
}

type ArrivalDeps = Pick<ReconcileDeps, 'pulp' | 'katello' | 'settings'>;

interface Reference {
  readonly path: string;
  readonly tag: string | null;
  readonly digest: string | null;
}

/**
 * Null when nothing is pushed at the path. Contents of versions cannot change and are remembered, so that looking often costs
 * one call to Katello and some to Pulp.
 *
 * @throws E_REFUSED distribution-changed
 */
export async function readArrival(
  deps: ArrivalDeps,
  { path, tag, digest }: Reference,
  signal: AbortSignal,
): Promise<ArrivalRead | null> {
  const push = await findPushRepository(deps, path, signal);
  const [repository] = push ? await deps.pulp.readRepositories([push.href], signal) : [];
  if (!push || !repository) return null;
  const latest = repository.latest_version_href;
  const { number: version } = readVersionRef(latest);
  const about = { uuid: push.uuid, version };

  if (tag === null && digest === null) {
    return { ...about, digest: null, isServed: await isNewestServed(deps, push, version, signal) };
  }
  const wanted = digest ?? (tag === null ? null : await findDigest(deps, latest, tag, signal));
  const served = wanted === null ? null : await findServedVersion(deps, push, signal);
  if (wanted === null || served === null) return { ...about, digest: wanted, isServed: false };
  const isServed =
    tag === null
      ? (await deps.pulp.listManifests(served, signal)).some((manifest) => manifest.digest === wanted)
      : (await findDigest(deps, served, tag, signal)) === wanted;
  return { ...about, digest: wanted, isServed };
}

/** The claim says what was verified; what is served since is that or newer. */
async function isNewestServed(
  deps: ArrivalDeps,
  push: PushRepository,
  version: number,
  signal: AbortSignal,
): Promise<boolean> {
  const labels = push.distribution.pulp_labels;
  const repositoryId = readOwnedRepositoryId(labels);
  const claim = repositoryId === null ? null : readClaim(labels, push.uuid, repositoryId);
  if (!claim || claim.pushVersion < version || LABELS.closing in labels) return false;
  const served = findVersionRef(await findServedVersion(deps, push, signal));
  return served !== null && served.number >= claim.targetVersion;
}

/** Href of the version that Katello's distribution serves; null where it serves none of Katello's repository. */
async function findServedVersion(
  { pulp, katello }: ArrivalDeps,
  { distribution }: PushRepository,
  signal: AbortSignal,
): Promise<string | null> {
  const repositoryId = readOwnedRepositoryId(distribution.pulp_labels);
  const repository = repositoryId === null ? null : await katello.findRepository(repositoryId, signal);
  const name = repository?.container_repository_name ?? null;
  const target = findVersionRef(repository?.version_href ?? null);
  if (name === null || target === null) return null;
  const served = await pulp.findDistribution(name, signal);
  const fixed = findVersionRef(served?.repository_version ?? null);
  // a push past the web server has taken the name, where there is a repository too
  const isOfKatello = !served?.repository && fixed?.repositoryHref === target.repositoryHref;
  return isOfKatello ? (served?.repository_version ?? null) : null;
}

async function findDigest(
  { pulp }: Pick<ArrivalDeps, 'pulp'>,
  versionHref: string,
  name: string,
  signal: AbortSignal,
): Promise<string | null> {
  const row = (await pulp.listTagNames(versionHref, signal)).find((tag) => tag.name === name);
  const [tag] = row ? await pulp.readTags([row.pulp_href], signal) : [];
  const [manifest] = tag ? await pulp.readManifests([tag.tagged_manifest], signal) : [];
  return manifest?.digest ?? null;
}
