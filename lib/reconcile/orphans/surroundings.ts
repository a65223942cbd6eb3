/**
 * What else may use a push repository: other distributions in Pulp, repositories in Katello. Read once for as many push
 * repositories as are looked at together.
 */
import { findVersionRef, readRepositoryRef } from '../../pulp/href.ts';
import type { OrphanDeps } from './deps.ts';

export interface Surroundings {
  /** Ids of every docker repository that Katello lists. */
  readIds(signal: AbortSignal): Promise<ReadonlySet<number>>;
  /** True if the push repository has this one distribution, and neither another one nor Katello uses a version of it. */
  isAlone(repositoryHref: string, distributionHref: string, signal: AbortSignal): Promise<boolean>;
}

export function createSurroundings({ pulp, katello }: Pick<OrphanDeps, 'pulp' | 'katello'>): Surroundings {
  const readRows = once((signal) => katello.listAllRepositories(signal));
  /** Pulp cannot be asked which distributions serve some version of a repository. */
  const readFixed = once(async (signal) => {
    const uuids = new Set<string>();
    for await (const { repository_version: version } of pulp.listDistributions('', signal)) {
      const uuid = findVersionRef(version)?.uuid;
      if (uuid !== undefined) uuids.add(uuid);
    }
    return uuids;
  });

  return {
    readIds: async (signal) => new Set((await readRows(signal)).map(({ id }) => id)),
    async isAlone(repositoryHref, distributionHref, signal) {
      const { uuid } = readRepositoryRef(repositoryHref);
      const isOfKatello = (await readRows(signal)).some(
        ({ version_href: href }) => findVersionRef(href)?.uuid === uuid,
      );
      if (isOfKatello || (await readFixed(signal)).has(uuid)) return false;
      const users = await pulp.findDistributionsOf(repositoryHref, signal);
      return users.length === 1 && users[0]?.pulp_href === distributionHref;
    },
  };
}

/** The answer of the first call that does not fail. */
function once<T>(load: (signal: AbortSignal) => Promise<T>): (signal: AbortSignal) => Promise<T> {
  let loaded: { readonly value: T } | null = null;
  return async (signal) => {
    loaded ??= { value: await load(signal) };
    return loaded.value;
  };
}
