/** What Katello holds of a repository's content, and making it look again. */
import { z } from 'zod';
import type { HttpClient } from '../http/client.ts';
import { readList } from './envelope.ts';
import type { Katello } from './katello.ts';
import { Task } from './schema.ts';
import { groupForSearch, quote } from './search.ts';

const ListedTag = z.object({
  name: z.string(),
  manifest: z.object({ digest: z.string() }),
  repositories: z.array(z.object({ id: z.number() })),
});
const ListedManifestList = z.object({ digest: z.string() });

/** Katello wants a name and an id for each upload; for units given by href it uses neither. */
const UPLOAD = { id: 'kpr', name: 'kpr' };
/** Five seconds of Katello's (Katello 5.0 on two cores). */
const TAGS_PER_PAGE = 500;
const SEPARATOR_LENGTH = '%2C+'.length;
const DIGEST_CLAUSE_LENGTH = 'digest+%3D++or+'.length;

/** @param syncsProxies true: Katello syncs the smart proxies after a publish, if its own setting is on */
export function createContent(
  http: HttpClient,
  api: string,
  syncsProxies: boolean,
): Pick<Katello, 'importTag' | 'importUnits' | 'findTags' | 'listTags' | 'findManifestLists'> {
  /** Not to be repeated blindly: each call starts a task that locks the repository. */
  function importUploads(repositoryId: number, body: object, signal?: AbortSignal): Promise<Task> {
    return http.put(`${api}repositories/${repositoryId}/import_uploads`, { ...body, async: true }, Task, { signal });
  }

  return {
    importTag: (repositoryId, { tag, digest }, signal) =>
      importUploads(
        repositoryId,
        {
          content_type: 'docker_tag',
          publish_repository: true,
          sync_capsule: syncsProxies,
          uploads: [{ id: UPLOAD.id, name: tag, digest }],
        },
        signal,
      ),

    importUnits: (repositoryId, hrefs, signal) =>
      importUploads(
        repositoryId,
        {
          // the type of lists cannot be named here; Katello adds the unit whatever it is (Katello 4.14 to 5.0)
          content_type: 'docker_manifest',
          publish_repository: false,
          sync_capsule: false,
          uploads: hrefs.map((href) => ({ ...UPLOAD, content_unit_id: href })),
        },
        signal,
      ),

    async findTags(repositoryId, names, signal) {
      const digests = new Map<string, string>();
      const wanted = new Set(names);
      const path = `${api}docker_tags`;
      const scope = { repository_id: repositoryId };
      if (names.length === 0) {
        const { total } = await readList(http, path, ListedTag, { ...scope, per_page: 1 }, signal);
        return { digests, total };
      }

      let total = 0;
      for (const group of groupForSearch([...wanted], SEPARATOR_LENGTH)) {
        const search = `name ^ (${group.map(quote).join(', ')})`;
        const list = await readList(http, path, ListedTag, { ...scope, search, full_result: true }, signal);
        total = list.total;
        for (const { name, manifest, repositories } of list.results) {
          if (wanted.has(name) && repositories.some(({ id }) => id === repositoryId))
            digests.set(name, manifest.digest);
        }
      }
      return { digests, total };
    },

    async listTags(repositoryId, signal) {
      const digests = new Map<string, string>();
      for (let page = 1; ; page++) {
        const query = { repository_id: repositoryId, page, per_page: TAGS_PER_PAGE };
        const { results } = await readList(http, `${api}docker_tags`, ListedTag, query, signal);
        for (const { name, manifest, repositories } of results) {
          if (repositories.some(({ id }) => id === repositoryId)) digests.set(name, manifest.digest);
        }
        if (results.length < TAGS_PER_PAGE) return digests;
      }
    },

    async findManifestLists(digests, signal) {
      const wanted = new Set(digests);
      const found = new Set<string>();
      for (const group of groupForSearch([...wanted], DIGEST_CLAUSE_LENGTH)) {
        // manifests can be searched by `=` only
        const search = group.map((digest) => `digest = ${quote(digest)}`).join(' or ');
        const query = { search, full_result: true };
        const { results } = await readList(http, `${api}docker_manifest_lists`, ListedManifestList, query, signal);
        for (const { digest } of results) if (wanted.has(digest)) found.add(digest);
      }
      return found;
    },
  };
}
