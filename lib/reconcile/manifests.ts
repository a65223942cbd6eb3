/**
 * Reads manifests by href, and for indexes what they name and Pulp lacks.
 */
import type { Manifest } from '../domain/snapshot.ts';
import type { Pulp } from '../pulp/pulp.ts';
import type { ManifestParts, Manifest as WireManifest } from '../pulp/schema.ts';

const LIST_TYPES: ReadonlySet<string> = new Set([
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
]);

/** The manifest as a listing shows it: neither its blobs nor entries of a list that Pulp could not link are known. */
export function toManifest(wire: WireManifest): Manifest {
  return {
    href: wire.pulp_href,
    digest: wire.digest,
    kind: LIST_TYPES.has(wire.media_type) ? 'list' : 'image',
    children: wire.listed_manifests,
    blobs: [],
    missing: [],
    isNested: false,
  };
}

/** Which manifests to read. */
export interface ManifestsQuery {
  readonly hrefs: readonly string[];
  /** those of the push repository: their lists are read with their missing entries */
  readonly pushed: ReadonlySet<string>;
  /** of the push repository, in Pulp */
  readonly basePath: string;
}

/**
 * Reads manifests by href, those of pushed lists with what they name and Pulp lacks.
 *
 * Pulp accepts an index whose children are missing and links only those it has, so the entries are read from the
 * registry (pulp_container 2.27 to 2.30).
 *
 * @returns by href; a manifest that is gone is absent
 */
export async function readManifests(
  pulp: Pulp,
  { hrefs, pushed, basePath }: ManifestsQuery,
  signal?: AbortSignal,
): Promise<Map<string, Manifest>> {
  const manifests = (await pulp.readManifests(hrefs, signal)).map(toWhole);
  const lists = manifests.filter(({ kind, href }) => kind === 'list' && pushed.has(href));
  const childHrefs = [...new Set(lists.flatMap((list) => list.children))];
  const children = new Map((await pulp.readManifests(childHrefs, signal)).map((one) => [one.pulp_href, toWhole(one)]));

  const byHref = new Map(manifests.map((manifest) => [manifest.href, manifest]));
  for (const list of lists) {
    const entries = await pulp.readIndexEntries(basePath, list.digest, signal);
    const linked = list.children.flatMap((href) => children.get(href) ?? []);
    const present = new Set(linked.map(({ digest }) => digest));
    byHref.set(list.href, {
      ...list,
      blobs: linked.flatMap(({ blobs }) => blobs),
      missing: entries.map(({ digest }) => digest).filter((digest) => !present.has(digest)),
      isNested: entries.some(({ mediaType }) => LIST_TYPES.has(mediaType)),
    });
  }
  return byHref;
}

/** The manifest with what it is made of. */
function toWhole(wire: ManifestParts): Manifest {
  return { ...toManifest(wire), blobs: wire.config_blob === null ? wire.blobs : [wire.config_blob, ...wire.blobs] };
}
