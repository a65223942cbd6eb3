/** How content gets into versions: Pulp's recursive add and remove, tags, and the rules of a new version. */
import { createHash } from 'node:crypto';
import {
  type Artifact,
  type Blob,
  type Content,
  createId,
  latestOf,
  type Manifest,
  type Repository,
  type Signature,
  type State,
  type Tag,
  type Version,
} from './state.ts';

export const LIST_TYPES: readonly string[] = [
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.oci.image.index.v1+json',
];

export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
}

function isList(manifest: Manifest): boolean {
  return LIST_TYPES.includes(manifest.mediaType);
}

/** The units of one kind among these ids. */
export function pick<K extends keyof Kinds>(state: State, ids: Iterable<string>, kind: K): Unit<K>[] {
  return [...ids].map((id) => state.content.get(id)).filter((unit) => isKind(unit, kind));
}

/** The unit of a kind. */
export type Unit<K extends keyof Kinds> = Kinds[K];

interface Kinds {
  readonly blob: Blob;
  readonly manifest: Manifest;
  readonly tag: Tag;
  readonly signature: Signature;
}

function isKind<K extends keyof Kinds>(unit: Content | undefined, kind: K): unit is Unit<K> {
  return unit?.kind === kind;
}

export function findManifest(state: State, ids: Iterable<string>, digest: string): Manifest | undefined {
  return pick(state, ids, 'manifest').find((manifest) => manifest.digest === digest);
}

export function findTag(state: State, ids: Iterable<string>, name: string): Tag | undefined {
  return pick(state, ids, 'tag').find((tag) => tag.name === name);
}

export function storeArtifact(state: State, bytes: Buffer): Artifact {
  const digest = sha256(bytes);
  const known = [...state.artifacts.values()].find((artifact) => artifact.sha256 === digest);
  const artifact = known ?? { id: createId(), sha256: digest, bytes };
  state.artifacts.set(artifact.id, artifact);
  return artifact;
}

/** Blobs are shared by digest; the first bytes stay, whatever comes later under that digest. */
export function storeBlob(state: State, digest: string, artifact: Artifact): Blob {
  const known = pick(state, state.content.keys(), 'blob').find((blob) => blob.digest === digest);
  const blob = known ?? { kind: 'blob', id: createId(), createdAt: state.now(), digest, artifactId: artifact.id };
  state.content.set(blob.id, blob);
  return blob;
}

/** Manifests are shared by digest; an index gains the children that are there now. */
export function storeManifest(state: State, fresh: Omit<Manifest, 'kind' | 'id' | 'createdAt'>): Manifest {
  const known = findManifest(state, state.content.keys(), fresh.digest);
  const manifest = known ?? { kind: 'manifest', id: createId(), createdAt: state.now(), ...fresh };
  for (const id of fresh.listedIds) manifest.listedIds.add(id);
  state.content.set(manifest.id, manifest);
  return manifest;
}

/** Tags are shared by name and manifest. */
export function storeTag(state: State, name: string, manifest: Manifest): { tag: Tag; isNew: boolean } {
  const all = pick(state, state.content.keys(), 'tag');
  const known = all.find((tag) => tag.name === name && tag.manifestId === manifest.id);
  const tag = known ?? { kind: 'tag', id: createId(), createdAt: state.now(), name, manifestId: manifest.id };
  state.content.set(tag.id, tag);
  return { tag, isNew: !known };
}

/**
 * Makes the next version: what is there, less `removed`, plus `added`. A tag replaces one of the same name.
 *
 * @returns null when that changes nothing
 */
export function finishVersion(
  state: State,
  repository: Repository,
  added: Iterable<string>,
  removed: Iterable<string>,
) {
  const before = latestOf(repository).content;
  const content = new Set(before);
  for (const id of removed) content.delete(id);
  const names = new Set(pick(state, added, 'tag').map((tag) => tag.name));
  for (const tag of pick(state, content, 'tag')) if (names.has(tag.name)) content.delete(tag.id);
  for (const id of added) if (state.content.has(id)) content.add(id);
  if (content.size === before.size && [...content].every((id) => before.has(id))) return null;

  const version: Version = { id: createId(), number: repository.nextNumber, createdAt: state.now(), content };
  repository.nextNumber += 1;
  repository.unfinished = null;
  repository.versions.push(version);
  for (const id of content) repository.pending.delete(id);
  repository.updatedAt = state.now();
  dropOldVersions(state, repository);
  return version;
}

/** Keeps the newest `retainVersions` besides those that a distribution serves, fixed or as the latest. */
export function dropOldVersions(state: State, repository: Repository): void {
  if (repository.retainVersions === null) return;
  const distributions = [...state.distributions.values()];
  const served = new Set(distributions.map(({ versionId }) => versionId));
  if (distributions.some(({ repositoryId }) => repositoryId === repository.id)) served.add(latestOf(repository).id);
  const droppable = repository.versions.filter(({ id }) => !served.has(id)).toReversed();
  const dropped = new Set(droppable.slice(repository.retainVersions));
  repository.versions = repository.versions.filter((version) => !dropped.has(version));
}

/** What `add/` brings: a unit, the manifest a tag names, the children of a list (one level), their blobs. */
export function expandAdded(state: State, ids: readonly string[]): Set<string> {
  const tags = pick(state, ids, 'tag');
  const named = pick(state, [...ids, ...tags.map((tag) => tag.manifestId)], 'manifest');
  const children = pick(
    state,
    named.filter(isList).flatMap((list) => [...list.listedIds]),
    'manifest',
  );
  const manifests = [...named, ...children];
  const blobs = [...pick(state, ids, 'blob').map(({ id }) => id), ...manifests.flatMap(blobsOf)];
  return new Set([...tags.map(({ id }) => id), ...manifests.map(({ id }) => id), ...blobs]);
}

/** What `remove/` takes: the named units and what they refer to, unless something that stays refers to it. */
export function expandRemoved(state: State, repository: Repository, ids: readonly string[]): Set<string> {
  const present = latestOf(repository).content;
  const named = new Set(ids.filter((id) => present.has(id)));
  const manifests = pick(state, present, 'manifest');
  const tags = pick(state, present, 'tag');
  const wasTagged = idsOf(tags.filter((tag) => named.has(tag.id)).map((tag) => tag.manifestId));
  const staysTagged = idsOf(tags.filter((tag) => !named.has(tag.id)).map((tag) => tag.manifestId));

  const goes = (manifest: Manifest) =>
    (named.has(manifest.id) || wasTagged.has(manifest.id)) && !staysTagged.has(manifest.id);
  const lists = manifests.filter(isList);
  const goneLists = lists.filter(goes);
  const listed = idsOf(goneLists.flatMap((list) => [...list.listedIds]));
  const staysListed = idsOf(lists.filter((list) => !goneLists.includes(list)).flatMap((list) => [...list.listedIds]));

  const images = manifests.filter((manifest) => !isList(manifest));
  const goneImages = images.filter((image) => {
    const isAsked = named.has(image.id) || wasTagged.has(image.id) || listed.has(image.id);
    return isAsked && !staysTagged.has(image.id) && !staysListed.has(image.id);
  });
  const staysUsed = idsOf(images.filter((image) => !goneImages.includes(image)).flatMap(blobsOf));
  const blobs = [...pick(state, named, 'blob').map(({ id }) => id), ...goneImages.flatMap(blobsOf)];
  const gone = idsOf([...goneLists, ...goneImages].map(({ id }) => id));
  return new Set([
    ...pick(state, named, 'tag').map(({ id }) => id),
    ...gone,
    ...pick(state, present, 'signature').flatMap(({ id, manifestId }) => (gone.has(manifestId) ? [id] : [])),
    ...blobs.filter((id) => present.has(id) && !staysUsed.has(id)),
  ]);
}

function blobsOf(manifest: Manifest): string[] {
  return manifest.configId === null ? [...manifest.blobIds] : [...manifest.blobIds, manifest.configId];
}

function idsOf(ids: readonly string[]): ReadonlySet<string> {
  return new Set(ids);
}
