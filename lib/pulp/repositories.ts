/** Container repositories of both types, and their versions. */
import type { HttpClient } from '../http/client.ts';
import { fieldsOf, listPages, readByHrefs } from './pages.ts';
import type { Pulp } from './pulp.ts';
import { Repository, RepositoryVersion } from './schema.ts';

/** Up to pulp_container 2.28 a push makes the first type, later the second. */
const CONTAINER_TYPES = 'container.container-push,container.container';
/** Callers stop at the first old row; a page is what changes between two looks, with room to spare. */
const RECENT_PAGE_SIZE = 50;

export function createRepositories(
  http: HttpClient,
  api: string,
): Pick<Pulp, 'listRecentRepositories' | 'listRepositories' | 'readRepositories' | 'readVersion'> {
  // the list of all types; that of `container-push` hides what no distribution points to
  const path = `${api}repositories/`;

  return {
    listRecentRepositories: (signal) =>
      listPages(
        http,
        path,
        Repository,
        { pulp_type__in: CONTAINER_TYPES, ordering: '-pulp_last_updated,-pk' },
        signal,
        RECENT_PAGE_SIZE,
      ),

    listRepositories: (namePrefix, signal) =>
      listPages(
        http,
        path,
        Repository,
        { pulp_type__in: CONTAINER_TYPES, name__startswith: namePrefix, ordering: 'pk' },
        signal,
      ),

    readRepositories: (hrefs, signal) => readByHrefs(http, path, Repository, hrefs, signal),

    readVersion: (href, signal) =>
      http.get(href, RepositoryVersion, { query: { fields: fieldsOf(RepositoryVersion) }, signal }),
  };
}
