/**
 * Snapshots for tests, built from what matters: which manifest each tag names on either side.
 */
import type { Manifest, Pushed, Tag, Target } from '../../lib/domain/snapshot.ts';

/** Manifests by tag name. */
export type Named = Readonly<Record<string, Manifest>>;

export const UUID = '0198b5a2-7c1e-7f00-8a3b-5d2f6c9e1a44';

/** An image manifest; the digest is made of the name (hex digits only). */
export function image(name: string): Manifest {
  return { ...manifest(name), kind: 'image' };
}

/** A whole index of those images. */
export function index(name: string, ...children: readonly Manifest[]): Manifest {
  return { ...manifest(name), kind: 'list', children: children.map(({ href }) => href) };
}

/** The href that Pulp gives the one tag of that name on that manifest. */
export function tagHref(name: string, { digest }: Pick<Manifest, 'digest'>): string {
  return `/tags/${encodeURIComponent(name)}/${digest}/`;
}

/** Every tag with its manifest. */
export function tagsOf(named: Named): Map<string, Tag> {
  return new Map(Object.entries(named).map(([name, one]) => [name, { name, href: tagHref(name, one), manifest: one }]));
}

/** Hrefs by tag name, as at a claimed version. */
export function hrefsOf(named: Named): Map<string, string> {
  return new Map(Object.entries(named).map(([name, one]) => [name, tagHref(name, one)]));
}

/** Push version 12, protected. */
export function pushedWith(named: Named, rest: Partial<Pushed> = {}): Pushed {
  return {
    uuid: UUID,
    version: 12,
    tags: tagsOf(named),
    atClaim: null,
    isProtected: true,
    ownedRepositoryId: 42,
    ...rest,
  };
}

/** Repository 42 at version 7, published, written by nobody else. */
export function targetWith(named: Named, rest: Partial<Target> = {}): Target {
  const version = rest.version ?? 7;
  return {
    organizationId: 1,
    productId: 7,
    repositoryId: 42,
    version,
    publishedVersion: version,
    servedVersion: 'unread',
    tags: tagsOf(named),
    isForeign: false,
    atClaim: null,
    manifests: null,
    knownLists: new Set(),
    ...rest,
  };
}

function manifest(name: string): Omit<Manifest, 'kind'> {
  const digest = `sha256:${name}`;
  return { href: `/manifests/${digest}/`, digest, children: [], blobs: [], missing: [], isNested: false };
}
