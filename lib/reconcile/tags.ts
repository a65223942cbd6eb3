/**
 * Reads the tags of both sides. Pulp shares a tag object between repositories, so equal hrefs are equal tags, and
 * manifests are read only of tags that differ: 0.4 s instead of 2.4 s for 1 900 tags (pulp_container 2.27).
 */
import type { Manifest, Tag, Tags } from '../domain/snapshot.ts';
import { type VersionRef, versionHref } from '../pulp/href.ts';
import type { Pulp } from '../pulp/pulp.ts';
import type { TagName } from '../pulp/schema.ts';
import { readManifests, toManifest } from './manifests.ts';

/** What to read. */
export interface TagsQuery {
  /** of the push repository, in Pulp */
  readonly basePath: string;
  readonly pushedAt: VersionRef;
  /** null while Katello has no repository */
  readonly targetAt: VersionRef | null;
  /** true to read every manifest of target, tagged or not */
  readonly isWholeTarget: boolean;
}

export interface BothTags {
  readonly pushed: Tags;
  readonly target: Tags;
  /** every manifest of target, or null when they were not asked for */
  readonly manifests: readonly Manifest[] | null;
}

/** Names, hrefs, and as many manifest hrefs as one listing gave. */
interface Listing {
  readonly names: readonly TagName[];
  readonly manifestHrefs: ReadonlyMap<string, string>;
  readonly manifests: readonly Manifest[] | null;
}

const NOTHING: Listing = { names: [], manifestHrefs: new Map(), manifests: [] };

/**
 * Reads names and hrefs of all tags, and the manifests of those that differ and of one that does not: Katello is told to
 * publish by naming a tag that stays as it is.
 *
 * @throws E_HTTP_STATUS 400 or 404 when a version was dropped meanwhile
 */
export async function readBothTags(pulp: Pulp, query: TagsQuery, signal?: AbortSignal): Promise<BothTags> {
  const { basePath, pushedAt, targetAt } = query;
  const [pushed, target] = await Promise.all([
    pulp.listTagNames(versionHref(pushedAt.repositoryHref, pushedAt.number), signal),
    targetAt ? readTarget(pulp, targetAt, query.isWholeTarget, signal) : NOTHING,
  ]);
  const isShared = sharedBy(pushed, target.names);
  const onlyPushed = pushed.filter((tag) => !isShared(tag));
  const others = [...target.names.filter((tag) => !isShared(tag)), ...target.names.filter(isShared).slice(0, 1)];

  const unknown = [...onlyPushed, ...others].filter(({ pulp_href }) => !target.manifestHrefs.has(pulp_href));
  const manifestHrefs = new Map([...target.manifestHrefs, ...(await readManifestHrefs(pulp, unknown, signal))]);
  const hrefsOf = (tags: readonly TagName[]): string[] => [
    ...new Set(tags.flatMap(({ pulp_href }) => manifestHrefs.get(pulp_href) ?? [])),
  ];

  const known = new Map((target.manifests ?? []).map((manifest) => [manifest.href, manifest]));
  const onlyPushedHrefs = new Set(hrefsOf(onlyPushed));
  const unread = hrefsOf(others).filter((href) => !known.has(href));
  const hrefs = [...new Set([...onlyPushedHrefs, ...unread])];
  const read = await readManifests(pulp, { hrefs, pushed: onlyPushedHrefs, basePath }, signal);
  const manifests = new Map([...known, ...read]);

  const findManifest = (href: string): Manifest | null => manifests.get(manifestHrefs.get(href) ?? '') ?? null;
  const toTag = ({ name, pulp_href: href }: TagName): Tag => ({ name, href, manifest: findManifest(href) });
  const toTags = (names: readonly TagName[]): Tags => new Map(names.map((tag) => [tag.name, toTag(tag)]));
  return {
    pushed: toTags(pushed),
    target: toTags(target.names),
    manifests: query.isWholeTarget ? target.manifests : null,
  };
}

async function readTarget(pulp: Pulp, at: VersionRef, isWhole: boolean, signal?: AbortSignal): Promise<Listing> {
  const href = versionHref(at.repositoryHref, at.number);
  if (!isWhole) return { names: await pulp.listTagNames(href, signal), manifestHrefs: new Map(), manifests: null };

  const [tags, manifests] = await Promise.all([pulp.listTags(href, signal), pulp.listManifests(href, signal)]);
  return {
    names: tags,
    manifestHrefs: new Map(tags.map((tag) => [tag.pulp_href, tag.tagged_manifest])),
    manifests: manifests.map(toManifest),
  };
}

function sharedBy(a: readonly TagName[], b: readonly TagName[]): (tag: TagName) => boolean {
  const inA = new Set(a.map(({ pulp_href }) => pulp_href));
  const inBoth = new Set(b.map(({ pulp_href }) => pulp_href).filter((href) => inA.has(href)));
  return ({ pulp_href }) => inBoth.has(pulp_href);
}

async function readManifestHrefs(
  pulp: Pulp,
  tags: readonly TagName[],
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const hrefs = tags.map(({ pulp_href }) => pulp_href);
  return new Map((await pulp.readTags(hrefs, signal)).map((tag) => [tag.pulp_href, tag.tagged_manifest]));
}
