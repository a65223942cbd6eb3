/**
 * Reads both sides of a push path into snapshots. Reads little where little changed: tags are compared by href, and
 * only those that differ are read further.
 */
import {
  type Claim,
  isOurs,
  isProtected,
  LABELS,
  type Pins,
  readClaim,
  readOwnedRepositoryId,
  readPins,
} from '../domain/claim.ts';
import { isOwnWrite } from '../domain/correlation.ts';
import { refuse } from '../domain/reason.ts';
import type { Pushed, Tags, Target } from '../domain/snapshot.ts';
import { HttpStatusError, InvariantError } from '../errors.ts';
import { readVersionRef, type VersionRef, versionHref } from '../pulp/href.ts';
import type { Repository } from '../pulp/schema.ts';
import { busyWith } from './busy.ts';
import type { ReconcileDeps } from './deps.ts';
import type { PushRepository, Resolved } from './resolve.ts';
import { readServed } from './served.ts';
import { mayDropSuperseded } from './superseded.ts';
import { readBothTags } from './tags.ts';

/** Both sides as read at one time, and what was agreed before. */
export interface Observed {
  readonly pushed: Pushed;
  readonly target: Target;
  readonly claim: Claim | null;
  readonly pins: Pins;
  /** Katello's Pulp repository; null while there is none */
  readonly targetHref: string | null;
  /** Katello's distribution, while a push past the web server has it; null too while that was not read */
  readonly takenHref: string | null;
}

/** More versions than this since the claim are not looked through one by one; they count as somebody else's. */
const WRITERS_LIMIT = 50;

/**
 * Reads pushed and target, and decides whose target is.
 *
 * @returns null when the push repository went away
 * @throws E_REFUSED foreign-distribution, on either side; E_BUSY while Katello's repository has no Pulp repository yet
 */
export async function observe(deps: ReconcileDeps, resolved: Resolved, signal?: AbortSignal): Promise<Observed | null> {
  const { push, repository } = resolved;
  if (repository && !repository.version_href) throw await busyWith(deps.katello, repository.id, signal);

  const published = repository?.version_href ? readVersionRef(repository.version_href) : null;
  const repositories = await readBoth(deps, push, published, signal);
  if (!repositories) return null;

  const labels = push.distribution.pulp_labels;
  const pushedAt = readVersionRef(repositories.pushed.latest_version_href);
  const targetAt = repositories.target ? readVersionRef(repositories.target.latest_version_href) : null;
  const claim =
    readCurrentClaim(labels, push.uuid, repository?.id ?? null, pushedAt.number, targetAt?.number ?? 0) ??
    (await findFirstClaim(deps, push, targetAt, signal));
  const isForeign =
    targetAt !== null && claim !== null && (await isWrittenByOthers(deps, claim, push.uuid, targetAt, signal));
  const isWholeTarget = repository !== null && (await mayDropSuperseded(deps, repository, signal));
  const basePath = push.distribution.base_path;
  const tags = await readBothTags(deps.pulp, { basePath, pushedAt, targetAt, isWholeTarget }, signal);

  return {
    pushed: {
      uuid: push.uuid,
      version: pushedAt.number,
      tags: tags.pushed,
      atClaim: isForeign ? await readTagsAt(deps, push.href, claim.pushVersion, signal) : null,
      isProtected: isProtected(labels) && isProtectedItself(push, repositories.pushed),
      ownedRepositoryId: readOwnedRepositoryId(labels),
    },
    target: {
      organizationId: resolved.organization.id,
      productId: resolved.productId,
      repositoryId: repository?.id ?? null,
      version: targetAt?.number ?? 0,
      publishedVersion: published?.number ?? 0,
      servedVersion: 'unread',
      tags: tags.target,
      isForeign,
      atClaim: isForeign ? await readTagsAt(deps, targetAt.repositoryHref, claim.targetVersion, signal) : null,
      manifests: tags.manifests,
      knownLists: await readKnownLists(deps, tags.pushed, signal),
    },
    claim,
    pins: readPins(labels),
    targetHref: targetAt?.repositoryHref ?? null,
    takenHref: null,
  };
}

/**
 * The same with what Katello's distribution serves. For runs that would not publish, and for first ones: a publish reads it
 * back anyway, and costs no call before.
 *
 * @throws E_REFUSED foreign-distribution
 */
export async function observeServed(
  { pulp }: Pick<ReconcileDeps, 'pulp'>,
  { repository }: Pick<Resolved, 'repository'>,
  observed: Observed,
  signal?: AbortSignal,
): Promise<Observed> {
  const basePath = repository?.container_repository_name ?? null;
  const { target, targetHref } = observed;
  if (basePath === null || targetHref === null) return observed;
  const { version, takenHref } = await readServed(pulp, basePath, targetHref, signal);
  return { ...observed, target: { ...target, servedVersion: version }, takenHref };
}

/**
 * A migrated repository, and one made anew under an old distribution, lack the label that the distribution has. Those of
 * the old type take none (pulp_container 2.27).
 */
function isProtectedItself({ type, distribution }: PushRepository, { pulp_labels: labels }: Repository): boolean {
  return type === 'container-push' || isProtected(labels ?? distribution.pulp_labels);
}

/** One call for both repositories. */
async function readBoth(
  { pulp }: ReconcileDeps,
  push: PushRepository,
  published: VersionRef | null,
  signal?: AbortSignal,
): Promise<{ pushed: Repository; target: Repository | null } | null> {
  const hrefs = published ? [push.href, published.repositoryHref] : [push.href];
  const found = new Map((await pulp.readRepositories(hrefs, signal)).map((one) => [one.pulp_href, one]));
  const pushed = found.get(push.href);
  if (!pushed) return null;
  if (!isOurs(push.distribution, pushed.name)) throw refuse('foreign-distribution', { path: push.distribution.name });

  if (!published) return { pushed, target: null };
  const target = found.get(published.repositoryHref);
  if (!target) {
    throw new InvariantError(
      `Katello's repository names ${published.repositoryHref}, which Pulp does not have; restore it in Pulp or delete the repository in Katello`,
    );
  }
  return { pushed, target };
}

/** The claim, unless it is ahead of what is there (a server was restored from a backup): then it proves nothing. */
function readCurrentClaim(
  labels: Readonly<Record<string, string | null>>,
  uuid: string,
  repositoryId: number | null,
  pushVersion: number,
  targetVersion: number,
): Claim | null {
  const claim = repositoryId === null ? null : readClaim(labels, uuid, repositoryId);
  return claim && claim.pushVersion <= pushVersion && claim.targetVersion <= targetVersion ? claim : null;
}

/**
 * Before a first run has claimed: both sides agreed while they were empty. It holds while all that target has since is
 * our own work; so a tag that a first run brought, and that a push deletes before the claim is written, is removed.
 */
async function findFirstClaim(
  deps: ReconcileDeps,
  { uuid, distribution: { pulp_labels: labels } }: PushRepository,
  targetAt: VersionRef | null,
  signal?: AbortSignal,
): Promise<Claim | null> {
  const repositoryId = readOwnedRepositoryId(labels);
  if (repositoryId === null || targetAt === null || targetAt.number === 0 || labels[LABELS.claim]) return null;
  const first: Claim = { uuid, repositoryId, pushVersion: 0, targetVersion: 0 };
  return (await isWrittenByOthers(deps, first, uuid, targetAt, signal)) ? null : first;
}

/** True if a version after the claimed one changed tags and none of our own tasks made it. */
async function isWrittenByOthers(
  { pulp }: ReconcileDeps,
  claim: Claim,
  uuid: string,
  latest: VersionRef,
  signal?: AbortSignal,
): Promise<boolean> {
  if (latest.number - claim.targetVersion > WRITERS_LIMIT) return true;

  for (let number = claim.targetVersion + 1; number <= latest.number; number++) {
    const href = versionHref(latest.repositoryHref, number);
    const writers = await pulp.findWriters(href, signal);
    const isOurOwn = writers.some((writer) => writer !== null && isOwnWrite(writer, uuid));
    if (!isOurOwn && (await changesTags(pulp, href, signal))) return true;
  }
  return false;
}

/** Lists that Katello adds on our behalf make versions too, but change no tag. A dropped version may have. */
export async function changesTags(
  pulp: Pick<ReconcileDeps['pulp'], 'readVersion'>,
  href: string,
  signal?: AbortSignal,
): Promise<boolean> {
  try {
    const { added, removed } = (await pulp.readVersion(href, signal)).content_summary;
    return 'container.tag' in added || 'container.tag' in removed;
  } catch (error) {
    if (isGone(error)) return true;
    throw error;
  }
}

async function readTagsAt(
  { pulp }: ReconcileDeps,
  repositoryHref: string,
  version: number,
  signal?: AbortSignal,
): Promise<Pushed['atClaim']> {
  try {
    const names = await pulp.listTagNames(versionHref(repositoryHref, version), signal);
    return new Map(names.map(({ name, pulp_href }) => [name, pulp_href]));
  } catch (error) {
    if (isGone(error)) return 'gone';
    throw error;
  }
}

/** Digests of differing pushed lists that Katello has indexed. */
async function readKnownLists(
  { katello }: ReconcileDeps,
  pushed: Tags,
  signal?: AbortSignal,
): Promise<ReadonlySet<string>> {
  const lists = [...pushed.values()].flatMap(({ manifest }) => (manifest?.kind === 'list' ? [manifest.digest] : []));
  return lists.length === 0 ? new Set() : katello.findManifestLists([...new Set(lists)], signal);
}

/** Pulp answers 404 for a version that was dropped, and 400 for one used as a filter. */
function isGone(error: unknown): boolean {
  return error instanceof HttpStatusError && (error.failure.status === 404 || error.failure.status === 400);
}
