/** Small container images in memory, the same bytes for the same seed. */
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { createTar } from './tar.ts';

/** Bytes and their name in a registry. */
export interface Blob {
  readonly mediaType: string;
  /** `sha256:` and 64 hex digits */
  readonly digest: string;
  readonly bytes: Buffer;
}

/** What one tag can name: one image, or an index with its children. */
export type Pushable = Image | Index;

export interface Image {
  readonly kind: 'image';
  readonly manifest: Blob;
  /** configuration and layers */
  readonly blobs: readonly Blob[];
  readonly platform: Platform;
}

export interface Index {
  readonly kind: 'index';
  readonly manifest: Blob;
  readonly children: readonly Pushable[];
}

export interface Platform {
  readonly os: string;
  readonly architecture: string;
}

export interface ImageOptions {
  /** same seed, same bytes; another seed, another digest of everything */
  readonly seed: string;
  readonly format?: Format;
  readonly architecture?: string;
  /** of the one file in its one layer; default 64 */
  readonly sizeBytes?: number;
}

/** Whose media types: the OCI's, or Docker's of 2016 that `docker push` still writes. */
export type Format = 'oci' | 'docker';

/** An image of one layer, which holds one file. It can be pulled and unpacked, not run. */
export function createImage({ seed, format = 'oci', architecture = 'amd64', sizeBytes = 64 }: ImageOptions): Image {
  const platform = { os: 'linux', architecture };
  const tar = createTar('seed', bytesOf(`${seed} ${architecture}`, sizeBytes));
  // Level 0 stores: another zlib may compress otherwise.
  const layer = blob(MEDIA_TYPES[format].layer, gzipSync(tar, { level: 0 }));
  const config = jsonBlob(MEDIA_TYPES[format].config, {
    ...platform,
    config: { Cmd: ['/seed'] },
    rootfs: { type: 'layers', diff_ids: [digestOf(tar)] },
    history: [{ created_by: seed }],
  });
  const manifest = jsonBlob(MEDIA_TYPES[format].manifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES[format].manifest,
    config: descriptor(config),
    layers: [descriptor(layer)],
  });
  return { kind: 'image', manifest, blobs: [config, layer], platform };
}

/** An index over the given images or indexes, in that order. */
export function createIndex(children: readonly Pushable[], format: Format = 'oci'): Index {
  const manifests = children.map((child) => ({
    ...descriptor(child.manifest),
    ...(child.kind === 'image' && { platform: child.platform }),
  }));
  const mediaType = MEDIA_TYPES[format].index;
  return { kind: 'index', manifest: jsonBlob(mediaType, { schemaVersion: 2, mediaType, manifests }), children };
}

/** An index of two architectures. */
export function createTwoArchitectures(options: Omit<ImageOptions, 'architecture'>): Index {
  const children = ['amd64', 'arm64'].map((architecture) => createImage({ ...options, architecture }));
  return createIndex(children, options.format);
}

/** Something that is no image (OCI 1.1 artifact): a file of a type of its own, and what it is about. */
export function createArtifact(seed: string, artifactType: string, subject?: Pushable): Image {
  const empty = blob('application/vnd.oci.empty.v1+json', Buffer.from('{}'));
  const file = blob('application/octet-stream', bytesOf(seed, 64));
  const manifest = jsonBlob(MEDIA_TYPES.oci.manifest, {
    schemaVersion: 2,
    mediaType: MEDIA_TYPES.oci.manifest,
    artifactType,
    config: descriptor(empty),
    layers: [descriptor(file)],
    ...(subject && { subject: descriptor(subject.manifest) }),
  });
  return { kind: 'image', manifest, blobs: [empty, file], platform: { os: 'unknown', architecture: 'unknown' } };
}

const DOCKER = 'application/vnd.docker';
const OCI = 'application/vnd.oci.image';
const MEDIA_TYPES = {
  oci: {
    manifest: `${OCI}.manifest.v1+json`,
    index: `${OCI}.index.v1+json`,
    config: `${OCI}.config.v1+json`,
    layer: `${OCI}.layer.v1.tar+gzip`,
  },
  docker: {
    manifest: `${DOCKER}.distribution.manifest.v2+json`,
    index: `${DOCKER}.distribution.manifest.list.v2+json`,
    config: `${DOCKER}.container.image.v1+json`,
    layer: `${DOCKER}.image.rootfs.diff.tar.gzip`,
  },
} satisfies Record<Format, Record<string, string>>;

/** Media types of every kind of manifest and index, for an `Accept` header. */
export const MANIFEST_TYPES: readonly string[] = Object.values(MEDIA_TYPES).flatMap(({ index, manifest }) => [
  index,
  manifest,
]);

/** The name that a registry gives these bytes. */
export function digestOf(bytes: Buffer): string {
  return `sha256:${createHash('sha256').update(bytes).digest('hex')}`;
}

/** Any number of bytes that follow from the seed alone. */
export function bytesOf(seed: string, sizeBytes: number): Buffer {
  return createHash('shake256', { outputLength: sizeBytes }).update(seed).digest();
}

/** JSON under its digest. */
export function jsonBlob(mediaType: string, value: unknown): Blob {
  return blob(mediaType, Buffer.from(JSON.stringify(value)));
}

/** Bytes under their digest. */
export function blob(mediaType: string, bytes: Buffer): Blob {
  return { mediaType, digest: digestOf(bytes), bytes };
}

/** How a manifest names a blob. */
export function descriptor({ mediaType, digest, bytes }: Blob): { mediaType: string; digest: string; size: number } {
  return { mediaType, digest, size: bytes.length };
}
