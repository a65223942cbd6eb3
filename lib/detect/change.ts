/** A push repository that has something new to look at, and where that was found out. */
import { fromPulpName } from '../domain/path.ts';
import { readUuid, readVersionRef } from '../pulp/href.ts';
import type { Repository } from '../pulp/schema.ts';

export interface Change {
  readonly uuid: string;
  /** push path as the repository is named; nobody has checked that it is one */
  readonly path: string;
  readonly version: number;
}

/** The repository as a change; null when it is not under the prefix. */
export function changeOf(repository: Repository, prefix: string): Change | null {
  const path = fromPulpName(repository.name, prefix);
  if (path === null || path === '') return null;
  const { number } = readVersionRef(repository.latest_version_href);
  return { uuid: readUuid(repository.pulp_href), path, version: number };
}

/** The newest change of each repository, in order of first sight. */
export function newestOfEach(changes: readonly Change[]): Change[] {
  const newest = new Map<string, Change>();
  for (const change of changes) {
    const known = newest.get(change.uuid);
    if (!known || known.version < change.version) newest.set(change.uuid, change);
  }
  return [...newest.values()];
}
