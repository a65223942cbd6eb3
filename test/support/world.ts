/**
 * Both servers as one value: a push repository and Katello's repository in Pulp, the labels, and what Katello saved.
 * Here is what people do to them; `world-run.ts` is what the reactor does. Everything returns a new world.
 */
import type { Labels } from '../../lib/domain/claim.ts';

/** Manifest names by tag. */
export type TagTable = ReadonlyMap<string, string>;

/** The images and indexes that exist anywhere, by name (hex digits): null for an image, children for an index. */
export type Catalog = Readonly<Record<string, readonly string[] | null>>;

export interface TargetVersion {
  readonly tags: TagTable;
  readonly manifests: ReadonlySet<string>;
  /** true if the reactor wrote it */
  readonly isOurs: boolean;
}

export interface World {
  readonly catalog: Catalog;
  readonly isProtected: boolean;
  readonly labels: Labels;
  /** index = version number */
  readonly pushed: readonly TagTable[];
  /** push versions that Pulp dropped */
  readonly dropped: ReadonlySet<number>;
  /** manifests in the push repository, tagged or not */
  readonly uploaded: ReadonlySet<string>;
  readonly hasProduct: boolean;
  /** index = version number; empty while there is no repository */
  readonly target: readonly TargetVersion[];
  /** target versions that Pulp dropped */
  readonly droppedTarget: ReadonlySet<number>;
  readonly publishedVersion: number;
  /** lists that Katello has indexed */
  readonly indexed: ReadonlySet<string>;
  /** true where superseded manifests have to leave target */
  readonly dropsSuperseded: boolean;
}

/** Nothing pushed, nothing in Katello. */
export function emptyWorld(catalog: Catalog, dropsSuperseded = false): World {
  return {
    catalog,
    isProtected: false,
    labels: {},
    pushed: [new Map()],
    dropped: new Set(),
    uploaded: new Set(),
    hasProduct: false,
    target: [],
    droppedTarget: new Set(),
    publishedVersion: 0,
    indexed: new Set(),
    dropsSuperseded,
  };
}

/** A client pushes a tag; of an index only the children named, by default all. */
export function push(world: World, tag: string, name: string, children = childrenOf(world, name)): World {
  const uploaded = new Set([...world.uploaded, name, ...children]);
  return addPushVersion({ ...world, uploaded }, new Map([...pushedTags(world), [tag, name]]));
}

/** A client pushes a manifest without a tag. */
export function upload(world: World, name: string): World {
  return addPushVersion({ ...world, uploaded: new Set([...world.uploaded, name]) }, pushedTags(world));
}

/** Somebody untags in the push repository. */
export function untag(world: World, tag: string): World {
  return addPushVersion(world, without(pushedTags(world), tag));
}

/** Pulp drops all push versions but the latest. */
export function dropOldVersions(world: World): World {
  return { ...world, dropped: new Set(world.pushed.slice(1).keys()) };
}

/** Katello's weekly cleanup: of its repository Pulp keeps the version that Katello saved, and the latest. */
export function dropOldTargetVersions(world: World): World {
  const kept = [world.publishedVersion, world.target.length - 1];
  return { ...world, droppedTarget: new Set([...world.target.keys()].filter((version) => !kept.includes(version))) };
}

/** Labels get lost. */
export function loseLabels(world: World): World {
  return { ...world, labels: {} };
}

/** Somebody tags in Katello's repository; Katello saves and serves it. Nothing where there is no repository. */
export function tagInKatello(world: World, tag: string, name: string): World {
  if (world.target.length === 0) return world;
  const { tags, manifests } = latestTarget(world);
  const indexed = new Set([...world.indexed, ...(isList(world, name) ? [name] : [])]);
  const version = {
    tags: new Map([...tags, [tag, name]]),
    manifests: new Set([...manifests, name, ...childrenOf(world, name)]),
    isOurs: false,
  };
  return saveInKatello(addTargetVersion({ ...world, indexed }, version));
}

/** Somebody removes a tag there; its manifest stays. */
export function untagInKatello(world: World, tag: string): World {
  if (!targetTags(world).has(tag)) return world;
  const { tags, manifests } = latestTarget(world);
  return saveInKatello(addTargetVersion(world, { tags: without(tags, tag), manifests, isOurs: false }));
}

export function pushedTags({ pushed }: World): TagTable {
  return pushed.at(-1) ?? new Map();
}

export function targetTags({ target }: World): TagTable {
  return target.at(-1)?.tags ?? new Map();
}

/** What a pull from Katello gets. */
export function servedTags({ target, publishedVersion }: World): TagTable {
  return target[publishedVersion]?.tags ?? new Map();
}

/** @throws where there is no repository */
export function latestTarget({ target }: World): TargetVersion {
  const version = target.at(-1);
  if (!version) throw new Error('there is no repository');
  return version;
}

/** Pulp makes no version if nothing changes. */
export function addTargetVersion(world: World, version: TargetVersion): World {
  const { tags, manifests } = latestTarget(world);
  const isSame = sameTags(tags, version.tags) && sameSet(manifests, version.manifests);
  return isSame ? world : { ...world, target: [...world.target, version] };
}

/** Katello saves, indexes and serves the latest version. */
export function saveInKatello(world: World): World {
  return { ...world, publishedVersion: world.target.length - 1 };
}

export function isList({ catalog }: World, name: string): boolean {
  return Array.isArray(catalog[name]);
}

export function childrenOf({ catalog }: World, name: string): readonly string[] {
  return catalog[name] ?? [];
}

export function sameTags(a: TagTable, b: TagTable): boolean {
  return a.size === b.size && [...a].every(([tag, name]) => b.get(tag) === name);
}

function addPushVersion(world: World, tags: TagTable): World {
  return { ...world, pushed: [...world.pushed, tags] };
}

function without(tags: TagTable, tag: string): TagTable {
  return new Map([...tags].filter(([name]) => name !== tag));
}

function sameSet(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return a.size === b.size && [...a].every((one) => b.has(one));
}
