/** Index rows of a repository that somebody had filled outside of the recordings. */
import type { Manifest, Repository, World } from '../support/katello/state/rows.ts';
import { isObject, type JsonObject, listAt, numberAt, objectAt, textAt } from './json.ts';

/**
 * Links as many images, lists and tags as the repository is shown with: those of a listing where one was recorded,
 * otherwise made-up ones.
 */
export function seedContent(world: World, repository: Repository, fact: JsonObject, tags: readonly unknown[]): void {
  const counts = objectAt(fact, 'content_counts');
  const images = countOf(counts, 'docker_manifest');
  const lists = countOf(counts, 'docker_manifest_list');
  const shown = tags.filter(isObject);

  const rows = shown.map((tag) => addManifest(world, repository, objectAt(tag, 'manifest')));
  const missing = (kind: Manifest['kind'], wanted: number): number =>
    wanted - new Set(rows.filter((row) => row.kind === kind)).size;
  for (let at = missing('image', images); at > 0; at--)
    rows.push(addManifest(world, repository, { manifest_type: 'image' }));
  for (let at = missing('list', lists); at > 0; at--)
    rows.push(addManifest(world, repository, { manifest_type: 'list' }));
  for (let at = 0; at < countOf(counts, 'docker_tag'); at++) {
    const manifest = rows[at] ?? rows[0];
    const name = textAt(shown[at], 'name') ?? `tag-${at}`;
    if (manifest !== undefined) addTag(world, sharersOf(world, repository, shown[at]), name, manifest);
  }
}

function countOf(counts: JsonObject, key: string): number {
  return numberAt(counts, key) ?? 0;
}

function addManifest(world: World, repository: Repository, shown: JsonObject): Manifest {
  const id = nextId(world, 'manifests');
  const pulpHref = textAt(shown, 'id') ?? `/pulp/api/v3/content/container/manifests/seed-${id}/`;
  const known = world.manifests.find((row) => row.pulpHref === pulpHref);
  const row: Manifest = known ?? {
    id,
    pulpHref,
    digest: textAt(shown, 'digest') ?? `sha256:${String(id).padStart(64, '0')}`,
    schemaVersion: numberAt(shown, 'schema_version') ?? 2,
    kind: textAt(shown, 'manifest_type') === 'list' ? 'list' : 'image',
    labels: { ...objectAt(shown, 'labels') },
    annotations: { ...objectAt(shown, 'annotations') },
    contentType: 'image',
    isBootable: false,
    isFlatpak: false,
    createdAt: repository.createdAt,
    updatedAt: repository.updatedAt,
    memberIds: [],
  };
  if (known === undefined) world.manifests.push(row);
  world.manifestLinks.push({ repositoryId: repository.id, unitId: row.id });
  return row;
}

/** One tag of Pulp may be in several repositories: then they share its row. */
function sharersOf(world: World, repository: Repository, shown: JsonObject | undefined): Repository[] {
  const ids = listAt(shown, 'repositories').map((row) => numberAt(row, 'id'));
  return world.repositories
    .filter((row) => row.id === repository.id || ids.includes(row.id))
    .toSorted((a, b) => a.id - b.id);
}

function addTag(world: World, repositories: readonly Repository[], name: string, manifest: Manifest): void {
  const tagId = nextId(world, 'tags');
  const metaTagId = nextId(world, 'metaTags');
  const pulpHref = `/pulp/api/v3/content/container/tags/seed-${tagId}/`;
  world.tags.push({ id: tagId, pulpHref, name, manifestId: manifest.id, updatedAt: manifest.updatedAt });
  world.metaTags.push({ id: metaTagId, name, schema1Id: null, schema2Id: tagId });
  for (const { id } of repositories) {
    world.tagLinks.push({ repositoryId: id, unitId: tagId });
    world.metaTagLinks.push({ repositoryId: id, unitId: metaTagId });
  }
}

function nextId(world: World, table: string): number {
  const id = world.nextIds[table] ?? 1;
  world.nextIds[table] = id + 1;
  return id;
}
