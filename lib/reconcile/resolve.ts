/**
 * Finds who a push path belongs to: its distribution in Pulp, its organization, product and repository in Katello.
 * Refuses what must not be filled. Reads only.
 */
import { LABELS, readOwnedRepositoryId } from '../domain/claim.ts';
import { lookTwice } from '../domain/look-twice.ts';
import {
  checkOrganization,
  checkOwner,
  checkTarget,
  matchOrganization,
  matchProduct,
  matchRepository,
} from '../domain/match.ts';
import { type PushPath, parsePushPath, toPulpName } from '../domain/path.ts';
import { refuse } from '../domain/reason.ts';
import type { Organization, Product, Repository } from '../katello/schema.ts';
import { readRepositoryRef } from '../pulp/href.ts';
import type { Distribution } from '../pulp/schema.ts';
import type { ReconcileDeps } from './deps.ts';

/** The push repository as its distribution names it. */
export interface PushRepository {
  readonly distribution: Distribution;
  readonly href: string;
  readonly type: 'container' | 'container-push';
  readonly uuid: string;
}

/** Both ends of a push path. */
export interface Resolved {
  readonly path: PushPath;
  readonly push: PushRepository;
  readonly organization: Organization;
  /** null while it has to be made */
  readonly productId: number | null;
  /** null while it has to be made */
  readonly repository: Repository | null;
  /** false when the repository was found by name: then the label `kpr_repository` is still to be set */
  readonly isOwner: boolean;
}

/**
 * Finds the push repository of a path; null when there is none (deleted, or nothing was pushed yet).
 *
 * @throws E_REFUSED foreign-distribution
 */
export async function findPushRepository(
  { pulp, settings }: Pick<ReconcileDeps, 'pulp' | 'settings'>,
  path: string,
  signal?: AbortSignal,
): Promise<PushRepository | null> {
  const name = toPulpName(path, settings.prefix);
  const distribution = await pulp.findDistribution(name, signal);
  if (!distribution) return null;
  if (distribution.repository_version) throw refuse('foreign-distribution', { path: name });
  if (!distribution.repository) return null;
  return { distribution, href: distribution.repository, ...readRepositoryRef(distribution.repository) };
}

/**
 * Finds Katello's side of a push repository.
 *
 * @throws E_REFUSED when a name is unknown or ambiguous, or the repository must not be filled from this path
 */
export async function resolve(
  deps: ReconcileDeps,
  path: string,
  push: PushRepository,
  signal?: AbortSignal,
): Promise<Resolved> {
  const parsed = parsePushPath(path);
  const { organization, product } = await findOrganizationAndProduct(deps, parsed, signal);
  const ownedId = readOwnedRepositoryId(push.distribution.pulp_labels);
  const repository =
    ownedId === null
      ? await findByName(deps, organization, product?.id ?? null, parsed, signal)
      : await findOwned(deps, ownedId, path, signal);
  if (repository) checkTarget(repository, parsed, deps.settings.katelloHost);

  return {
    path: parsed,
    push,
    organization,
    productId: repository?.product.id ?? product?.id ?? null,
    repository,
    isOwner: ownedId !== null,
  };
}

function findOrganizationAndProduct(
  { directory, settings }: ReconcileDeps,
  path: PushPath,
  signal?: AbortSignal,
): Promise<{ organization: Organization; product: Product | null }> {
  return lookTwice(
    async () => {
      const organization = matchOrganization(await directory.listOrganizations(signal), path);
      checkOrganization(organization, settings);
      const products = await directory.listProducts(organization.id, signal);
      return { organization, product: matchProduct(products, path, settings.pushProduct) };
    },
    () => directory.forget(),
  );
}

/** A claimed repository that is gone is never made again: somebody deleted it. */
async function findOwned(deps: ReconcileDeps, id: number, path: string, signal?: AbortSignal): Promise<Repository> {
  const repository = await deps.katello.findRepository(id, signal);
  if (!repository) throw refuse('orphaned', { path });
  return repository;
}

async function findByName(
  deps: ReconcileDeps,
  organization: Organization,
  productId: number | null,
  path: PushPath,
  signal?: AbortSignal,
): Promise<Repository | null> {
  if (productId === null) return null;

  const row = matchRepository(await deps.katello.listRepositories(organization.id, productId, signal), path.name);
  const repository = row && (await deps.katello.findRepository(row.id, signal));
  if (!repository) return null;
  const owners = deps.pulp.listDistributionsByLabel(LABELS.repository, String(repository.id), signal);
  for await (const owner of owners) checkOwner(owner, repository.id, path.path, deps.settings.prefix);
  return repository;
}
