/** A push over plain registry HTTP, request by request as clients do it (distribution-spec 1.1). */
import { setTimeout as delay } from 'node:timers/promises';
import { type Blob, digestOf, type Image, MANIFEST_TYPES, type Pushable } from './image.ts';

/** A registry and who pushes to it. */
export interface Registry {
  /** without a slash at the end */
  readonly url: string;
  readonly login: string;
  readonly password: string;
}

export interface PushOptions {
  /** digests of children of an index that are left out, as an interrupted `manifest push` does */
  readonly leaveOut?: readonly string[];
  readonly signal?: AbortSignal | undefined;
}

/**
 * Pushes an image or an index, children first, under `name`; `reference` is a tag or the manifest's own digest.
 *
 * @throws Error with the registry's answer when it refuses a step
 */
export async function push(
  registry: Registry,
  name: string,
  reference: string,
  pushable: Pushable,
  options: PushOptions = {},
): Promise<void> {
  const client = clientOf(registry, options.signal);
  if (pushable.kind === 'image') await pushBlobs(client, name, pushable);
  else {
    for (const child of pushable.children) {
      if (options.leaveOut?.includes(child.manifest.digest)) continue;
      await push(registry, name, child.manifest.digest, child, options);
    }
  }
  await putManifest(client, name, reference, pushable.manifest);
}

/** Digest of the manifest that the registry serves for a tag or digest, hashed here; null when there is none. */
export async function findDigest(registry: Registry, name: string, reference: string): Promise<string | null> {
  const headers = { accept: MANIFEST_TYPES.join(', ') };
  const path = `/v2/${name}/manifests/${encodeURIComponent(reference)}`;
  // Pulp before 2.28 answers with a redirect to its content app.
  const answer = await clientOf(registry)('GET', path, { headers, redirect: 'follow' });
  if (answer.status === 404) return null;
  const bytes = Buffer.from(await answer.clone().arrayBuffer());
  await expectStatus(answer, 200);
  return digestOf(bytes);
}

interface Sent {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** default `manual`: a blob is served from another place, and that it is there is all that counts */
  readonly redirect?: 'follow' | 'manual';
}

type Client = (method: string, path: string, sent?: Sent) => Promise<Response>;

function clientOf({ url, login, password }: Registry, signal?: AbortSignal): Client {
  const authorization = `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}`;
  return (method, path, { headers, body, redirect = 'manual' } = {}) =>
    fetch(new URL(path, url), {
      method,
      headers: { ...headers, authorization },
      body: body ?? null,
      redirect,
      signal: signal ?? null,
    });
}

async function pushBlobs(client: Client, name: string, image: Image): Promise<void> {
  for (const blob of image.blobs) {
    const head = await client('HEAD', `/v2/${name}/blobs/${blob.digest}`);
    if (head.status === 404) await upload(client, name, blob);
    else await expectStatus(head, 200, 302, 307);
  }
}

async function upload(client: Client, name: string, blob: Blob): Promise<void> {
  const started = await client('POST', `/v2/${name}/blobs/uploads/`);
  await expectStatus(started, 202);
  const headers = { 'content-type': 'application/octet-stream' };
  const patched = await client('PATCH', locationOf(started), { headers, body: new Uint8Array(blob.bytes) });
  await expectStatus(patched, 202, 204);
  const done = new URL(locationOf(patched));
  done.searchParams.set('digest', blob.digest);
  await expectStatus(await client('PUT', done.href), 201);
}

/** Pulp answers 429 while a task of that repository runs; the manifest may be there all the same (pulp_container 2.15+). */
const BUSY_TRIES = 20;

async function putManifest(client: Client, name: string, reference: string, manifest: Blob): Promise<void> {
  for (let tries = 1; ; tries += 1) {
    const answer = await client('PUT', `/v2/${name}/manifests/${encodeURIComponent(reference)}`, {
      headers: { 'content-type': manifest.mediaType },
      body: new Uint8Array(manifest.bytes),
    });
    if (answer.status !== 429 || tries === BUSY_TRIES) return expectStatus(answer, 201);
    await delay(500);
  }
}

function locationOf(answer: Response): string {
  return new URL(answer.headers.get('location') ?? '', answer.url).href;
}

async function expectStatus(answer: Response, ...wanted: number[]): Promise<void> {
  const body = await answer.text();
  if (wanted.includes(answer.status)) return;
  throw new Error(`the registry answered ${answer.status} at ${answer.url}: ${body.slice(0, 500)}`);
}
