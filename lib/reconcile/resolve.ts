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
import { RefusedError } from '../errors.ts';
import type { Organization, Product, Repository } from '../katello/schema.ts';
import { readRepositoryRef } from '../pulp/href.ts';
import type { Distribution } from '../pulp/schema.ts';
import type { ReconcileDeps } from './deps.ts';

export type ResolveDeps = Pick<ReconcileDeps, 'pulp' | 'katello' | 'directory' | 'settings'>;

/** The push repository as its distribution names it. */
export interface PushRepository {
  readonly distribution: Distribution;
  readonly href: string;
  readonly type: 'container' | 'container-push';
  readonly uuid: string;
}

/** Where a push path belongs, before its repository was looked for. */
export interface Place {
  readonly path: PushPath;
  readonly push: PushRepository;
  readonly organization: Organization;
  /** null while it has to be made */
  readonly productId: number | null;
  /** what the label `kpr_repository` says */
  readonly ownedId: number | null;
}

/** Both ends of a push path. */
export interface Resolved extends Place {
  /** null while it has to be made */
  readonly repository: Repository | null;
}

/**
 * Finds the push repository of a path; null when there is none (deleted, or nothing was pushed yet).
 *
 * @throws E_REFUSED distribution-changed
 */
export async function findPushRepository(
  { pulp, settings }: Pick<ResolveDeps, 'pulp' | 'settings'>,
  path: string,
  signal?: AbortSignal,
): Promise<PushRepository | null> {
  const name = toPulpName(path, settings.prefix);
  const distribution = await pulp.findDistribution(name, signal);
  if (!distribution) return null;
  if (distribution.repository_version) throw refuse('distribution-changed', { path });
  if (!distribution.repository) return null;
  return { distribution, href: distribution.repository, ...readRepositoryRef(distribution.repository) };
}

/**
 * Finds organization and product of a push repository, up to some seconds old.
 *
 * @throws E_REFUSED when a name is unknown or ambiguous, or the organization is excluded; orphaned where what it filled
 * went with its product or organization
 */
export async function locate(
  deps: ResolveDeps,
  path: string,
  push: PushRepository,
  signal?: AbortSignal,
): Promise<Place> {
  const parsed = parsePushPath(path);
  const ownedId = readOwnedRepositoryId(push.distribution.pulp_labels);
  try {
    const { organization, product } = await findOrganizationAndProduct(deps, parsed, signal);
    return { path: parsed, push, organization, productId: product?.id ?? null, ownedId };
  } catch (error) {
    if (ownedId !== null && isUnknown(error)) await findOwned(deps, ownedId, path, signal);
    throw error;
  }
}

/**
 * Finds the Katello repository that belongs there. What nobody owns yet may get another owner until the lease of the
 * place is held.
 *
 * @param madeId the repository, if it was made a moment ago
 * @throws E_REFUSED when it must not be filled from this path
 */
export async function resolve(
  deps: ResolveDeps,
  place: Place,
  madeId: number | null,
  signal?: AbortSignal,
): Promise<Resolved> {
  const { ownedId, path } = place;
  const repository =
    ownedId === null
      ? await findUnowned(deps, place, madeId, signal)
      : await findOwned(deps, ownedId, path.path, signal);
  if (repository) checkTarget(repository, path, deps.settings.katelloHost);
  return { ...place, productId: repository?.product.id ?? place.productId, repository };
}

/** Organization and product of a path, up to some seconds old. @throws E_REFUSED as `locate` */
export function findOrganizationAndProduct(
  { directory, settings }: Pick<ResolveDeps, 'directory' | 'settings'>,
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

function isUnknown(error: unknown): boolean {
  return error instanceof RefusedError && ['unknown-organization', 'unknown-product'].includes(error.reason);
}

/** A claimed repository that is gone is never made again: somebody deleted it. */
async function findOwned(deps: ResolveDeps, id: number, path: string, signal?: AbortSignal): Promise<Repository> {
  const repository = await deps.katello.findRepository(id, signal);
  if (!repository) throw refuse('orphaned', { path });
  return repository;
}

async function findUnowned(
  deps: ResolveDeps,
  { organization, productId, path }: Place,
  madeId: number | null,
  signal?: AbortSignal,
): Promise<Repository | null> {
  if (productId === null) return null;

  const list = () => deps.katello.listRepositories(organization.id, productId, signal);
  const id = madeId ?? matchRepository(await list(), path.name)?.id;
  const repository = id === undefined ? null : await deps.katello.findRepository(id, signal);
  if (!repository) return null;
  const owners = deps.pulp.listDistributionsByLabel(LABELS.repository, String(repository.id), signal);
  for await (const owner of owners) checkOwner(owner, repository.id, path.path, deps.settings.prefix);
  return repository;
}
