/** Tags and manifests of versions, and moving them into repositories. */
import { z } from 'zod';
import type { HttpClient } from '../http/client.ts';
import { listPages, readAll, readByHrefs } from './pages.ts';
import type { Pulp, WriteOptions } from './pulp.ts';
import { Artifact, Blob, IndexEntries, Manifest, ManifestParts, Tag, TagName } from './schema.ts';
import { writing } from './writing.ts';

const Accepted = z.object({ task: z.string() });
const INDEX_TYPES =
  'application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json';

export function createContent(
  http: HttpClient,
  api: string,
): Pick<
  Pulp,
  | 'listTagNames'
  | 'listTags'
  | 'readTags'
  | 'readManifests'
  | 'readBlobs'
  | 'readArtifacts'
  | 'listManifests'
  | 'readIndexEntries'
  | 'addContent'
  | 'removeContent'
  | 'tagImage'
> {
  const tags = `${api}content/container/tags/`;
  const manifests = `${api}content/container/manifests/`;

  // a version never changes, so offsets into it are stable
  const inVersion = (versionHref: string) => ({ repository_version: versionHref, ordering: 'pk' });

  async function start(path: string, body: object, options: WriteOptions): Promise<string> {
    const { task } = await http.post(path, body, Accepted, writing(options));
    return task;
  }

  return {
    listTagNames: (versionHref, signal) => readAll(listPages(http, tags, TagName, inVersion(versionHref), signal)),
    listTags: (versionHref, signal) => readAll(listPages(http, tags, Tag, inVersion(versionHref), signal)),
    readTags: (hrefs, signal) => readByHrefs(http, tags, Tag, hrefs, signal),
    readManifests: (hrefs, signal) => readByHrefs(http, manifests, ManifestParts, hrefs, signal),
    readBlobs: (hrefs, signal) => readByHrefs(http, `${api}content/container/blobs/`, Blob, hrefs, signal),
    readArtifacts: (hrefs, signal) => readByHrefs(http, `${api}artifacts/`, Artifact, hrefs, signal),
    listManifests: (versionHref, signal) =>
      readAll(listPages(http, manifests, Manifest, inVersion(versionHref), signal)),

    async readIndexEntries(basePath, digest, signal) {
      const index = await http.get(`/v2/${basePath}/manifests/${digest}`, IndexEntries, {
        headers: { accept: INDEX_TYPES },
        followsRedirect: true, // to the content app, up to pulp_container 2.27
        signal,
      });
      return index.manifests;
    },

    addContent: (repositoryHref, units, options) => start(`${repositoryHref}add/`, { content_units: units }, options),
    removeContent: (repositoryHref, units, options) =>
      start(`${repositoryHref}remove/`, { content_units: units }, options),
    tagImage: (repositoryHref, tag, digest, options) => start(`${repositoryHref}tag/`, { tag, digest }, options),
  };
}
