/**
 * Reads what has to be known of one push repository before anything is decided about its deletion.
 */
import { isOurs, readOwnedRepositoryId } from '../../domain/claim.ts';
import { isOfPath } from '../../domain/destroyed.ts';
import type { OrphanFacts, OrphanRules } from '../../domain/orphan.ts';
import { type PushPath, parsePushPath, toPulpName } from '../../domain/path.ts';
import { RefusedError } from '../../errors.ts';
import { readVersionRef } from '../../pulp/href.ts';
import type { Distribution } from '../../pulp/schema.ts';
import type { OrphanDeps } from './deps.ts';
import type { Surroundings } from './surroundings.ts';

/** A push repository and its distribution, as Pulp has them. */
export interface PushPlace {
  readonly path: string;
  readonly distribution: Distribution;
  readonly href: string;
  /** of the repository */
  readonly name: string;
  readonly uuid: string;
  /** number of the latest version */
  readonly version: number;
  /** what the label `kpr_repository` says */
  readonly ownedId: number | null;
}

/** With what Katello says about it. */
export interface ReadPlace extends PushPlace {
  readonly facts: OrphanFacts;
  /** id of the task that proves the deletion; null where there is none */
  readonly proof: string | null;
}

/** The push repository of a path; null for one that is not there, and for a distribution that does not serve one. */
export async function readPlace({ pulp, settings }: OrphanDeps, path: string, signal: AbortSignal) {
  const distribution = await pulp.findDistribution(toPulpName(path, settings.prefix), signal);
  return distribution && placeOf(pulp, path, distribution, signal);
}

/** The same, of a distribution that is known. */
export async function placeOf(
  pulp: OrphanDeps['pulp'],
  path: string,
  distribution: Distribution,
  signal: AbortSignal,
): Promise<PushPlace | null> {
  const { repository: href, repository_version: fixed, pulp_labels: labels } = distribution;
  if (!href || fixed) return null;
  const [repository] = await pulp.readRepositories([href], signal);
  if (!repository) return null;
  const { uuid, number: version } = readVersionRef(repository.latest_version_href);
  return {
    path,
    distribution,
    href: repository.pulp_href,
    name: repository.name,
    uuid,
    version,
    ownedId: readOwnedRepositoryId(labels),
  };
}

/**
 * Asks Katello about it: first whether the repository is there, and only of one that is not, why.
 *
 * @throws what the ports throw: a Katello that does not answer proves nothing
 */
export async function readFacts(
  deps: OrphanDeps,
  place: PushPlace,
  surroundings: Surroundings,
  signal: AbortSignal,
): Promise<ReadPlace> {
  const { distribution, href, name, uuid, version, ownedId } = place;
  const isMade = isOurs(distribution, name);
  const isGone = ownedId !== null && (await deps.katello.findRepository(ownedId, signal)) === null;
  const proof = isGone ? await findProof(deps, place, signal) : null;
  const isAlone = isGone && isMade && (await surroundings.isAlone(href, distribution.pulp_href, signal));
  const facts = {
    labels: distribution.pulp_labels,
    uuid,
    version,
    isOurs: isMade && (!isGone || isAlone),
    isGone,
    isProven: proof !== null,
    deletedAt: isGone ? await deps.findDeletedAt(uuid) : null,
  };
  return { ...place, facts, proof };
}

/** What the rules say at this moment. */
export function rulesOf({ settings, now }: Pick<OrphanDeps, 'settings' | 'now'>): OrphanRules {
  const { policy, quarantineMs, closingMs } = settings;
  return { policy, quarantineMs, closingMs, now: now() };
}

/** True if the push repository is still what it was: same repository, version and distribution, same labels. */
export function isSamePlace(a: PushPlace, b: PushPlace | null): boolean {
  return (
    b !== null && a.href === b.href && a.version === b.version && isSameDistribution(a.distribution, b.distribution)
  );
}

function isSameDistribution(a: Distribution, b: Distribution): boolean {
  const keys = new Set([...Object.keys(a.pulp_labels), ...Object.keys(b.pulp_labels)]);
  return a.pulp_href === b.pulp_href && [...keys].every((key) => a.pulp_labels[key] === b.pulp_labels[key]);
}

async function findProof({ katello }: OrphanDeps, { ownedId, path }: PushPlace, signal: AbortSignal) {
  const parsed = tryParse(path);
  if (ownedId === null || !parsed) return null;
  const tasks = await katello.findDestroyTasks(ownedId, signal);
  return tasks.find(({ input }) => isOfPath(input ?? {}, parsed))?.id ?? null;
}

/** Null for a name under the prefix that no push can have. */
function tryParse(path: string): PushPath | null {
  try {
    return parsePushPath(path);
  } catch (error) {
    if (error instanceof RefusedError) return null;
    throw error;
  }
}
