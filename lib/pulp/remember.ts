/**
 * Remembers content that was read once. In Pulp a tag (a name on a manifest), an image manifest, a blob with bytes and an
 * artifact never change; what a new version shares with earlier ones is asked for once.
 */
import { LRUCache } from 'lru-cache';
import type { Pulp } from './pulp.ts';
import type { ManifestParts } from './schema.ts';

/** What is remembered. */
type Reads = Pick<Pulp, 'readTags' | 'readManifests' | 'readBlobs' | 'readArtifacts'>;

interface Row {
  readonly pulp_href: string;
}

/** Hrefs that rows may hold in all: a few megabytes. */
const MOST_HREFS = 20_000;

/**
 * The same Pulp, which is not asked twice for what cannot change. A manifest list is asked for each time: its children are
 * linked when they arrive and the list is pushed again. So is a blob without bytes.
 *
 * Rows may outlive their content in Pulp: pass only hrefs that a repository version just read refers to.
 */
export function rememberContent<P extends Reads>(pulp: P): P {
  return {
    ...pulp,
    readTags: remember(pulp.readTags, () => 2),
    readManifests: remember(pulp.readManifests, ({ blobs }) => 2 + blobs.length, isImage),
    readBlobs: remember(
      pulp.readBlobs,
      () => 2,
      ({ artifact }) => artifact !== null,
    ),
    readArtifacts: remember(pulp.readArtifacts, () => 1),
  };
}

function isImage({ listed_manifests, config_blob }: ManifestParts): boolean {
  return listed_manifests.length === 0 && config_blob !== null;
}

type Read<R extends Row> = (hrefs: readonly string[], signal?: AbortSignal) => Promise<R[]>;

function remember<R extends Row>(read: Read<R>, sizeOf: (row: R) => number, isFixed?: (row: R) => boolean): Read<R> {
  const known = new LRUCache<string, R>({ maxSize: MOST_HREFS, sizeCalculation: sizeOf });
  return async (hrefs, signal) => {
    const rows = hrefs.map((href) => known.get(href) ?? href);
    const unknown = rows.filter((row): row is string => typeof row === 'string');
    const found = unknown.length === 0 ? [] : await read(unknown, signal);
    for (const row of found) if (isFixed?.(row) ?? true) known.set(row.pulp_href, row);
    return [...rows.filter((row): row is R => typeof row !== 'string'), ...found];
  };
}
