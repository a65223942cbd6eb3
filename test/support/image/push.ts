/** A push over plain registry HTTP, request by request as clients do it (distribution-spec 1.1). */
import { setTimeout as delay } from 'node:timers/promises';
import type { Door } from '../send.ts';
import { type Client, createClient } from './client.ts';
import { type Blob, digestOf, type Image, MANIFEST_TYPES, type Pushable } from './image.ts';

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
  registry: Door,
  name: string,
  reference: string,
  pushable: Pushable,
  options: PushOptions = {},
): Promise<void> {
  const client = createClient(registry, `repository:${name}:pull,push`, options.signal);
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
export async function findDigest(registry: Door, name: string, reference: string): Promise<string | null> {
  const headers = { accept: MANIFEST_TYPES.join(', ') };
  const path = `/v2/${name}/manifests/${encodeURIComponent(reference)}`;
  const told = await createClient(registry, `repository:${name}:pull`)('GET', path, { headers });
  // Pulp before 2.28 answers with a redirect to its content app.
  const answer = told.status === 302 ? await fetch(told.headers.get('location') ?? '', { headers }) : told;
  if (answer.status === 404) return null;
  const bytes = Buffer.from(await answer.clone().arrayBuffer());
  await expectStatus(answer, path, 200);
  return digestOf(bytes);
}

async function pushBlobs(client: Client, name: string, image: Image): Promise<void> {
  for (const blob of image.blobs) {
    const path = `/v2/${name}/blobs/${blob.digest}`;
    const head = await client('HEAD', path);
    if (head.status === 404) await upload(client, name, blob);
    // A redirect will do: that the blob is there is all that counts.
    else await expectStatus(head, path, 200, 302, 307);
  }
}

async function upload(client: Client, name: string, blob: Blob): Promise<void> {
  const uploads = `/v2/${name}/blobs/uploads/`;
  const started = await client('POST', uploads);
  await expectStatus(started, uploads, 202);
  const headers = { 'content-type': 'application/octet-stream' };
  const patched = await client('PATCH', locationOf(started), { headers, body: blob.bytes });
  await expectStatus(patched, uploads, 202, 204);
  const location = locationOf(patched);
  const done = `${location}${location.includes('?') ? '&' : '?'}digest=${encodeURIComponent(blob.digest)}`;
  await expectStatus(await client('PUT', done), done, 201);
}

/** Pulp answers 429 while a task of that repository runs; the manifest may be there all the same (pulp_container 2.15+). */
const BUSY_TRIES = 20;

async function putManifest(client: Client, name: string, reference: string, manifest: Blob): Promise<void> {
  const path = `/v2/${name}/manifests/${encodeURIComponent(reference)}`;
  const headers = { 'content-type': manifest.mediaType };
  for (let tries = 1; ; tries += 1) {
    const answer = await client('PUT', path, { headers, body: manifest.bytes });
    if (answer.status !== 429 || tries === BUSY_TRIES) return expectStatus(answer, path, 201);
    await delay(500);
  }
}

/** Path and query of where the upload goes on. */
function locationOf(answer: Response): string {
  const { pathname, search } = new URL(answer.headers.get('location') ?? '', 'http://registry');
  return pathname + search;
}

async function expectStatus(answer: Response, path: string, ...wanted: number[]): Promise<void> {
  const body = await answer.text();
  if (wanted.includes(answer.status)) return;
  throw new Error(`the registry answered ${answer.status} at ${path}: ${body.slice(0, 500)}`);
}
