/**
 * Reads what there is to say of a push path, whether anything is pushed there or not. Writes nothing.
 */
import { type Claim, LABELS, type Pins, readClaim, readOwnedRepositoryId, readPins } from '../domain/claim.ts';
import type { Mapping, Refusal } from '../domain/explanation.ts';
import { checkOwner, checkTarget, matchRepository } from '../domain/match.ts';
import { parsePushPath } from '../domain/path.ts';
import { refuse } from '../domain/reason.ts';
import { RefusedError } from '../errors.ts';
import { readVersionRef } from '../pulp/href.ts';
import { findOrganizationAndProduct, findPushRepository, type PushRepository, type ResolveDeps } from './resolve.ts';

export interface PathRead {
  readonly mapping: Mapping | Refusal;
  /** of the push repository; null: nothing is pushed */
  readonly version: number | null;
  readonly ownedId: number | null;
  readonly claim: Claim | null;
  readonly pins: Pins;
}

/** @throws E_TRANSPORT, E_HTTP_STATUS, E_AUTH where a system does not answer; E_REFUSED bad-name */
export async function readPath(deps: ResolveDeps, path: string, signal: AbortSignal): Promise<PathRead> {
  const found = await orRefusal(() => findPushRepository(deps, path, signal));
  if (isRefusal(found)) return { mapping: found, version: null, ownedId: null, claim: null, pins: new Map() };

  const labels = found?.distribution.pulp_labels ?? {};
  const ownedId = readOwnedRepositoryId(labels);
  const [repository] = found ? await deps.pulp.readRepositories([found.href], signal) : [];
  return {
    mapping: await orRefusal(() => findMapping(deps, path, found, signal)),
    version: repository ? readVersionRef(repository.latest_version_href).number : null,
    ownedId,
    claim: found && ownedId !== null ? readClaim(labels, found.uuid, ownedId) : null,
    pins: readPins(labels),
  };
}

/** As a run finds it; and where nothing is pushed, as a push would. */
async function findMapping(
  deps: ResolveDeps,
  text: string,
  push: PushRepository | null,
  signal: AbortSignal,
): Promise<Mapping> {
  const path = parsePushPath(text);
  const { organization, product } = await findOrganizationAndProduct(deps, path, signal);
  const ownedId = push && readOwnedRepositoryId(push.distribution.pulp_labels);
  const listed = product ? await deps.katello.listRepositories(organization.id, product.id, signal) : [];
  const id = ownedId ?? matchRepository(listed, path.name)?.id;
  const repository = id === undefined ? null : await deps.katello.findRepository(id, signal);
  if (ownedId !== null && !repository) throw refuse('orphaned', { path: text });
  if (repository) checkTarget(repository, path, deps.settings.katelloHost);
  if (repository && ownedId === null) {
    const owners = deps.pulp.listDistributionsByLabel(LABELS.repository, String(repository.id), signal);
    for await (const owner of owners) checkOwner(owner, repository.id, text, deps.settings.prefix);
  }
  return {
    organization: { id: organization.id, label: organization.label, name: organization.name },
    product: product && { id: product.id, name: product.name },
    repository: repository && {
      id: repository.id,
      name: repository.name,
      containerName: repository.container_repository_name,
    },
  };
}

async function orRefusal<T>(work: () => Promise<T>): Promise<T | Refusal> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof RefusedError)) throw error;
    const { reason, message, details } = error;
    return { isOutage: false, reason, message, details };
  }
}

function isRefusal(found: PushRepository | Refusal | null): found is Refusal {
  return found !== null && 'reason' in found;
}
