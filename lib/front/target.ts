/**
 * What a push would meet: the push repository in Pulp and the repository in Katello that it fills. The same rules as in a
 * reconcile, asked before the first byte.
 */
import { isOurs, LABELS, type Labels, readOwnedRepositoryId } from '../domain/claim.ts';
import { checkContainerName } from '../domain/label.ts';
import { checkOwner, checkTarget, matchRepository } from '../domain/match.ts';
import { toPulpName } from '../domain/path.ts';
import { refuse } from '../domain/reason.ts';
import type { FrontDeps, OwnedRepository } from './deps.ts';
import type { FoundPlace } from './place.ts';

/** Labels of the distribution that a push to the path uses; null: nothing was pushed there yet. */
export async function findPushLabels(
  { pulp, settings }: Pick<FrontDeps, 'pulp' | 'settings'>,
  path: string,
  signal: AbortSignal,
): Promise<Labels | null> {
  const name = toPulpName(path, settings.prefix);
  const distribution = await pulp.findDistribution(name, signal);
  if (!distribution) return null;

  const { repository: href, pulp_labels: labels } = distribution;
  const [repository] = href ? await pulp.readRepositories([href], signal) : [];
  if (!repository || !isOurs(distribution, repository.name)) throw refuse('foreign-distribution', { path: name });
  return labels;
}

/**
 * Passes if the path may be pushed to, whoever pushes. What a deletion in Katello left behind goes first, where that is
 * proven and no other push can be under way.
 *
 * @returns id of the product whose repository the push fills: the place's, unless the repository has been labelled as
 *   another one's
 * @throws E_REFUSED foreign-distribution, closing, orphaned, synced-repository, native-push-repository, other-owner,
 *   label-taken, ambiguous-label, name-refused
 */
export async function checkPush(deps: FrontDeps, place: FoundPlace, signal: AbortSignal): Promise<number> {
  const { path } = place.path;
  const productId = await findTarget(deps, place, signal);
  if (productId !== null) return productId;
  await deps.releaseOrphan(path, signal);
  const freed = await findTarget(deps, place, signal);
  if (freed === null) throw refuse('orphaned', { path });
  return freed;
}

/** As `checkPush`; null for an orphan, and for what is closed to pushes. */
async function findTarget(deps: FrontDeps, place: FoundPlace, signal: AbortSignal): Promise<number | null> {
  const labels = await findPushLabels(deps, place.path.path, signal);
  if (labels && LABELS.closing in labels) return null;
  const ownedId = labels && readOwnedRepositoryId(labels);
  return ownedId === null ? checkByName(deps, place, signal) : checkOwned(deps, place, ownedId, signal);
}

/** Id of the product of the repository that the push repository fills; null when that repository is gone. */
export async function findProductOf(
  deps: FrontDeps,
  place: FoundPlace,
  labels: Labels,
  signal: AbortSignal,
): Promise<number | null> {
  const ownedId = readOwnedRepositoryId(labels);
  if (ownedId === null) return place.product.id;
  return (await findOwned(deps, place, ownedId, signal))?.product.id ?? null;
}

/** How long a grant may work at most, from when Katello said yes to the end of the last token. */
export function longestGrantMs({ cacheMs, tokenSeconds }: { cacheMs: number; tokenSeconds: number }): number {
  return cacheMs + (tokenSeconds + 60) * 1000;
}

/** One that the place's product does not list may be another product's, if that product was the push product before. */
async function findOwned(
  { directory, findRepository }: FrontDeps,
  { organization, product }: FoundPlace,
  id: number,
  signal: AbortSignal,
): Promise<OwnedRepository | null> {
  const rows = await directory.listRepositories(organization.id, product.id, signal);
  const listed = rows.find((row) => row.id === id);
  return listed ? { ...listed, product } : findRepository(id, signal);
}

async function checkOwned(deps: FrontDeps, place: FoundPlace, id: number, signal: AbortSignal): Promise<number | null> {
  const repository = await findOwned(deps, place, id, signal);
  if (!repository) return null;
  checkTarget(repository, place.path, deps.settings.katelloHost);
  return repository.product.id;
}

async function checkByName(deps: FrontDeps, place: FoundPlace, signal: AbortSignal): Promise<number> {
  const { organization, product, path } = place;
  const rows = await deps.directory.listRepositories(organization.id, product.id, signal);
  const repository = matchRepository(rows, path.name);
  if (!repository) {
    const labels = { organization: organization.label, product: product.label };
    checkContainerName(path.name, labels, await deps.directory.readVersion(signal));
    return product.id;
  }

  checkTarget(repository, path, deps.settings.katelloHost);
  const owners = deps.pulp.listDistributionsByLabel(LABELS.repository, String(repository.id), signal);
  for await (const owner of owners) checkOwner(owner, repository.id, path.path, deps.settings.prefix);
  return product.id;
}
