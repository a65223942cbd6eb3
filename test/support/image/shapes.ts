/** What else than plain images people push: the same bytes for the same seed. */
import { gzipSync } from 'node:zlib';
import {
  type Blob,
  blob,
  bytesOf,
  createIndex,
  descriptor,
  type Image,
  type Index,
  jsonBlob,
  type Pushable,
} from './image.ts';

const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar';
const COSIGN = 'application/vnd.dev.cosign';

export interface PackageOptions {
  readonly seed: string;
  /** of the configuration, whose content says the seed [that of an OCI image] */
  readonly configType?: string;
  readonly layers: readonly Blob[];
  readonly annotations?: Readonly<Record<string, string>>;
  readonly artifactType?: string;
  /** what it is about */
  readonly subject?: Pushable;
  /** addresses of layers by digest, which makes them foreign */
  readonly urls?: Readonly<Record<string, string>>;
  /** digests of layers that are named and not pushed */
  readonly absent?: readonly string[];
}

/** An OCI manifest of any layers. */
export function createPackage({ seed, configType = CONFIG, layers, ...options }: PackageOptions): Image {
  const { annotations, artifactType, subject, urls = {}, absent = [] } = options;
  const platform = { os: 'linux', architecture: 'amd64' };
  const config = jsonBlob(configType, { ...platform, history: [{ created_by: seed }] });
  const manifest = jsonBlob(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    ...(artifactType !== undefined && { artifactType }),
    config: descriptor(config),
    layers: layers.map((layer) => ({
      ...descriptor(layer),
      ...(urls[layer.digest] !== undefined && { urls: [urls[layer.digest]] }),
    })),
    ...(subject && { subject: descriptor(subject.manifest) }),
    ...(annotations && { annotations }),
  });
  const pushed = new Map([config, ...layers].map((one) => [one.digest, one]));
  for (const digest of absent) pushed.delete(digest);
  return { kind: 'image', manifest, blobs: [...pushed.values()], platform };
}

/** A layer of that many bytes, which need not unpack; `suffix` of its media type: `+gzip`, `+zstd`, or nothing. */
export function createLayer(seed: string, suffix = '+gzip', sizeBytes = 64): Blob {
  return blob(`${LAYER}${suffix}`, bytesOf(seed, sizeBytes));
}

/** The layer of an instruction that changes no file: an archive of nothing. */
export function createEmptyLayer(): Blob {
  return blob(`${LAYER}+gzip`, gzipSync(Buffer.alloc(1024), { level: 0 }));
}

/** A layer of a media type that says: fetch me elsewhere. */
export function createForeignLayer(seed: string): Blob {
  return blob('application/vnd.oci.image.layer.nondistributable.v1.tar+gzip', bytesOf(seed, 64));
}

/** A chart as `helm push` writes it. */
export function createChart(seed: string): Image {
  return createPackage({
    seed,
    configType: 'application/vnd.cncf.helm.config.v1+json',
    layers: [blob('application/vnd.cncf.helm.chart.content.v1.tar+gzip', bytesOf(seed, 64))],
    annotations: { 'org.opencontainers.image.title': seed, 'org.opencontainers.image.version': '1.0.0' },
  });
}

/** A signature as cosign 2 writes it under `tagAbout(subject, '.sig')`. */
export function createSignature(subject: Pushable): Image {
  const payload = { critical: { image: { 'docker-manifest-digest': subject.manifest.digest } } };
  return createPackage({
    seed: `signature of ${subject.manifest.digest}`,
    layers: [jsonBlob(`${COSIGN}.simplesigning.v1+json`, payload)],
    annotations: { [`${COSIGN}/signature`]: 'bm90IGEgcmVhbCBzaWduYXR1cmU=' },
  });
}

/** An attestation as cosign 2 writes it under `tagAbout(subject, '.att')`. */
export function createAttestation(subject: Pushable): Image {
  const envelope = { payloadType: 'application/vnd.in-toto+json', payload: subject.manifest.digest, signatures: [] };
  return createPackage({
    seed: `attestation of ${subject.manifest.digest}`,
    layers: [jsonBlob('application/vnd.dsse.envelope.v1+json', envelope)],
  });
}

/** What clients tag with `tagAbout(subject)` where a registry has no referrers: an index of all that is about something. */
export function createReferrers(referrers: readonly Image[]): Index {
  return createIndex(referrers);
}

/** `sha256-…` with the ending of what is there: `.sig`, `.att`, or nothing for the index of referrers. */
export function tagAbout(subject: Pushable, ending: '.sig' | '.att' | '' = ''): string {
  return `${subject.manifest.digest.replace(':', '-')}${ending}`;
}
