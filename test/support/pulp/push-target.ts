/** Which repository a push goes to, with all that a first push makes or takes over. */
import { addDistribution, findDistributionAt, refuseBadPath } from './distributions.ts';
import type { Refusal } from './http.ts';
import { addRepository } from './repositories.ts';
import { refuse, unknownName } from './served.ts';
import { findByName, type Repository, type State } from './state.ts';

/** Repository of an upload that goes on; makes nothing. @throws Refusal 404, or 400 where pushes are not allowed */
export function findUploadTarget(state: State, path: string): Repository {
  const repositoryId = findDistributionAt(state, path)?.repositoryId;
  const repository = repositoryId ? state.repositories.get(repositoryId) : undefined;
  if (!repository) throw unknownName(path);
  if (!isPushable(state, repository)) throw readOnly(path);
  return repository;
}

/**
 * Repository of a first push request. Makes namespace, repository and distribution; takes over a distribution that
 * serves a fixed version, and what lies around under that name.
 *
 * @throws Refusal 400 for a bad path, and where another kind of repository or distribution has the name
 */
export function openPushTarget(state: State, path: string): Repository {
  const distribution = findDistributionAt(state, path);
  if (distribution?.repositoryId) return findUploadTarget(state, path);
  if (!distribution) refuseBadPath(state, path);
  if (!distribution && findByName(state.distributions, path)) throw readOnly(path);
  const known = findByName(state.repositories, path);
  if (known && !isPushable(state, known)) throw readOnly(path);
  const repository = known ?? addRepository(state, path, state.world.pushType);
  const target = distribution ?? addDistribution(state, path, path);
  target.repositoryId = repository.id;
  return repository;
}

function isPushable(state: State, repository: Repository): boolean {
  return state.world.isUnified || repository.type === 'container-push';
}

function readOnly(path: string): Refusal {
  return refuse(400, 'NAME_INVALID', 'Repository is read-only.', { name: path });
}
