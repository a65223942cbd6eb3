/** The tags that the API and the registry show: rows beside the tag table, shared between repositories by links. */
import type { App } from '../app.ts';
import { getById, manifestsOf, unitIds } from '../state/find.ts';
import type { MetaTag, Repository, Tag } from '../state/rows.ts';
import { StepError } from '../tasks/step-error.ts';

/**
 * Makes the repository's listed tags those of its tag rows.
 *
 * @throws StepError when a tag row has no manifest
 */
export function importMetaTags(app: App, repository: Repository): void {
  const { world, store } = app;
  const wanted = tagPairs(app, repository);
  const linked = unitIds(world.metaTagLinks, repository.id);
  const present = world.metaTags.filter((row) => linked.has(row.id));

  const gone = present.filter((row) => !wanted.some((pair) => isSame(pair, row))).map((row) => row.id);
  world.metaTagLinks = world.metaTagLinks.filter(
    (link) => link.repositoryId !== repository.id || !gone.includes(link.unitId),
  );
  for (const pair of wanted.filter((candidate) => !present.some((row) => isSame(candidate, row)))) {
    world.metaTagLinks.push({ repositoryId: repository.id, unitId: findOrCreate(app, pair).id });
  }
  store.changed();
}

/**
 * Since 4.19: of every tag name that the repository has, tag rows on other images of this repository are destroyed,
 * and with them what other repositories list under that name. A tag that moved while its old image stayed takes the
 * tag away from published copies.
 */
export function cleanDuplicateTags(app: App, repository: Repository): void {
  const { world } = app;
  const newest = new Map<string, Tag>();
  for (const tag of tagsOf(app, repository)) {
    const other = newest.get(tag.name);
    if (other === undefined || tag.updatedAt > other.updatedAt) newest.set(tag.name, tag);
  }
  const images = new Set(manifestsOf(world, repository.id, 'image').map((row) => row.id));
  const valid = new Set([...newest.values()].map((tag) => tag.id));

  destroyTags(
    app,
    world.tags.filter(
      (tag) => tag.manifestId !== null && images.has(tag.manifestId) && newest.has(tag.name) && !valid.has(tag.id),
    ),
  );
}

/** Destroys tag rows with their links and the listed tags that only they fed. */
function destroyTags({ world, store }: App, tags: readonly Tag[]): void {
  const ids = new Set(tags.map((tag) => tag.id));
  world.tags = world.tags.filter((tag) => !ids.has(tag.id));
  world.tagLinks = world.tagLinks.filter((link) => !ids.has(link.unitId));
  for (const row of world.metaTags) {
    if (row.schema1Id !== null && ids.has(row.schema1Id)) row.schema1Id = null;
    if (row.schema2Id !== null && ids.has(row.schema2Id)) row.schema2Id = null;
  }
  const empty = new Set(
    world.metaTags.filter((row) => row.schema1Id === null && row.schema2Id === null).map((row) => row.id),
  );
  world.metaTags = world.metaTags.filter((row) => !empty.has(row.id));
  world.metaTagLinks = world.metaTagLinks.filter((link) => !empty.has(link.unitId));
  store.changed();
}

/** Tag rows linked to the repository. */
function tagsOf({ world }: App, repository: Repository): Tag[] {
  const ids = unitIds(world.tagLinks, repository.id);
  return world.tags.filter((tag) => ids.has(tag.id));
}

type TagPair = Omit<MetaTag, 'id'>;

function tagPairs(app: App, repository: Repository): TagPair[] {
  const byName = new Map<string, Tag[]>();
  for (const tag of tagsOf(app, repository)) byName.set(tag.name, [...(byName.get(tag.name) ?? []), tag]);
  return [...byName].map(([name, [first, second]]) => {
    const version = schemaVersionOf(app, first);
    const ids = [first?.id ?? null, second?.id ?? null] as const;
    return version === 1
      ? { name, schema1Id: ids[0], schema2Id: ids[1] }
      : { name, schema1Id: ids[1], schema2Id: ids[0] };
  });
}

function schemaVersionOf({ world }: App, tag: Tag | undefined): number {
  if (tag === undefined || tag.manifestId === null) {
    throw new StepError('NoMethodError', "undefined method `schema_version' for nil:NilClass");
  }
  return getById(world.manifests, tag.manifestId).schemaVersion;
}

function isSame(a: TagPair, b: TagPair): boolean {
  return a.name === b.name && a.schema1Id === b.schema1Id && a.schema2Id === b.schema2Id;
}

function findOrCreate({ world, store }: App, pair: TagPair): MetaTag {
  const known = world.metaTags.find((row) => isSame(row, pair));
  if (known !== undefined) return known;
  const row = { id: store.nextId('metaTags'), ...pair };
  world.metaTags.push(row);
  return row;
}
