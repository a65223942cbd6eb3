/**
 * Indexing: what Pulp's version holds becomes rows of Katello's tables and links of the repository.
 *
 * After an upload the order is images, tags, lists. That is the list-before-tag trap: a tag on a list that no row knows
 * yet makes the tag step fail, and lists are never reached.
 */
import { type App, pulpCallOf } from '../app.ts';
import type { ManifestRow, TagRow } from '../pulp/shapes.ts';
import { unitIds } from '../state/find.ts';
import type { Manifest, Repository, Tag } from '../state/rows.ts';
import type { Run } from '../tasks/engine.ts';
import { StepError } from '../tasks/step-error.ts';
import { cleanDuplicateTags, importMetaTags } from './meta-tags.ts';

/** Indexing after an upload: tags before lists. */
export async function indexAfterUpload(app: App, run: Run, repository: Repository, version: string): Promise<void> {
  await indexManifests(app, run, repository, version, 'image');
  await indexTags(app, run, repository, version);
  await indexManifests(app, run, repository, version, 'list');
}

/** Full indexing, as after a publish: lists before tags, no trap. */
export async function indexInOrder(app: App, run: Run, repository: Repository): Promise<void> {
  const version = repository.versionHref ?? '';
  await indexManifests(app, run, repository, version, 'image');
  await indexManifests(app, run, repository, version, 'list');
  await indexTags(app, run, repository, version);
}

async function indexManifests(
  app: App,
  run: Run,
  repository: Repository,
  version: string,
  kind: Manifest['kind'],
): Promise<void> {
  const units = await app.pulp.listManifests(version, kind, pulpCallOf(run));
  const rows = units.map((unit) => upsertManifest(app, unit, kind));
  const ids = new Set(rows.map((row) => row.id));
  const { world } = app;
  const others = new Set(world.manifests.filter((row) => row.kind === kind).map((row) => row.id));

  world.manifestLinks = world.manifestLinks.filter(
    (link) => link.repositoryId !== repository.id || !others.has(link.unitId),
  );
  for (const unitId of ids) world.manifestLinks.push({ repositoryId: repository.id, unitId });
  app.store.changed();
}

function upsertManifest(app: App, unit: ManifestRow, kind: Manifest['kind']): Manifest {
  const { world, store } = app;
  const at = app.now().toISOString();
  const known = world.manifests.find((row) => row.pulpHref === unit.pulp_href);
  const values = {
    digest: unit.digest,
    schemaVersion: unit.schema_version,
    kind,
    labels: unit.labels ?? {},
    annotations: unit.annotations ?? {},
    contentType: unit.type ?? null,
    isBootable: unit.is_bootable ?? unit.type === 'bootable',
    isFlatpak: unit.is_flatpak ?? unit.type === 'flatpak',
    updatedAt: at,
  };
  const row: Manifest = known ?? {
    id: store.nextId('manifests'),
    pulpHref: unit.pulp_href,
    createdAt: at,
    memberIds: [],
    ...values,
  };
  if (known === undefined) world.manifests.push(row);
  Object.assign(row, values, { createdAt: at });
  const members = world.manifests.filter(
    (member) => member.kind === 'image' && unit.listed_manifests.includes(member.pulpHref),
  );
  row.memberIds = [...new Set([...row.memberIds, ...members.map((member) => member.id)])];
  return row;
}

/**
 * @throws StepError where a tag hangs on nothing that Katello knows: by itself when only such tags are in the version,
 * about unequal keys when they are mixed with others
 */
async function indexTags(app: App, run: Run, repository: Repository, version: string): Promise<void> {
  const units = await app.pulp.listTags(version, pulpCallOf(run));
  await app.latency.index(units.length, run.signal);
  const targets = units.map(
    (unit) => app.world.manifests.find((row) => row.pulpHref === unit.tagged_manifest)?.id ?? null,
  );
  const unknown = targets.filter((target) => target === null).length;
  if (unknown > 0 && unknown < units.length) {
    throw new StepError('ArgumentError', 'All objects being inserted must have the same keys');
  }

  const rows = units.map((unit, at) => upsertTag(app, unit, targets[at] ?? null));
  linkTags(app, repository, rows);
  if (app.traits.cleansDuplicateTags) cleanDuplicateTags(app, repository);
  importMetaTags(app, repository);
}

function upsertTag(app: App, unit: TagRow, manifestId: number | null): Tag {
  const { world, store } = app;
  const known = world.tags.find((row) => row.pulpHref === unit.pulp_href);
  const row: Tag = known ?? {
    id: store.nextId('tags'),
    pulpHref: unit.pulp_href,
    name: unit.name,
    manifestId: null,
    updatedAt: '',
  };
  if (known === undefined) world.tags.push(row);
  row.name = unit.name;
  row.updatedAt = app.now().toISOString();
  if (manifestId !== null) row.manifestId = manifestId;
  return row;
}

function linkTags({ world, store }: App, repository: Repository, rows: readonly Tag[]): void {
  const wanted = new Set(rows.map((row) => row.id));
  const present = unitIds(world.tagLinks, repository.id);
  world.tagLinks = world.tagLinks.filter((link) => link.repositoryId !== repository.id || wanted.has(link.unitId));
  for (const unitId of wanted) if (!present.has(unitId)) world.tagLinks.push({ repositoryId: repository.id, unitId });
  store.changed();
}
