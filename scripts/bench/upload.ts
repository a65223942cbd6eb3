/** One layer on its way into Pulp's registry, request by request as clients send it. */
import { createHash, randomBytes } from 'node:crypto';
import { type IncomingMessage, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';

/** Where Pulp's registry is reached. */
export type Way = { readonly socketPath: string } | { readonly port: number; readonly ca: string };

/** Many bytes, made of one block. */
export interface Layer {
  readonly block: Buffer;
  readonly blocks: number;
  /** `sha256:` and 64 hex digits */
  readonly digest: string;
}

export interface Upload {
  /** name of the registry, for `Host` */
  readonly registry: string;
  /** name of the repository as this way knows it */
  readonly name: string;
  readonly token: string;
}

const BLOCK_BYTES = 4 * 1024 * 1024;

/** Random bytes, so many as `megabytes` of 2^20. */
export function createLayer(megabytes: number): Layer {
  const block = randomBytes(BLOCK_BYTES);
  const blocks = (megabytes * 1024 * 1024) / BLOCK_BYTES;
  const hash = createHash('sha256');
  for (let n = 0; n < blocks; n++) hash.update(block);
  return { block, blocks, digest: `sha256:${hash.digest('hex')}` };
}

/** Uploads it whole. @returns seconds from the first request to the last answer */
export async function uploadLayer(way: Way, upload: Upload, layer: Layer): Promise<number> {
  const startedAt = performance.now();
  const started = await send(way, upload, 'POST', `/v2/${upload.name}/blobs/uploads/`, 202);
  const patched = await send(way, upload, 'PATCH', locationOf(started), 202, layer);
  await send(way, upload, 'PUT', `${locationOf(patched)}?digest=${layer.digest}`, 201);
  return (performance.now() - startedAt) / 1000;
}

async function send(
  way: Way,
  { registry, token }: Upload,
  method: string,
  path: string,
  wanted: number,
  layer?: Layer,
): Promise<IncomingMessage> {
  const headers = { host: registry, authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' };
  const options = { method, path, headers: { ...headers, ...(!layer && { 'content-length': 0 }) }, agent: false };
  const sent =
    'port' in way
      ? requestHttps({ ...options, host: 'localhost', servername: 'localhost', port: way.port, ca: way.ca })
      : requestHttp({ ...options, socketPath: way.socketPath });
  const answered = new Promise<IncomingMessage>((resolve, reject) => {
    sent.once('response', resolve).once('error', reject);
  });
  await (layer ? pipeline(Readable.from(blocksOf(layer)), sent) : sent.end());
  const answer = await answered;
  const body = await text(answer);
  if (answer.statusCode === wanted) return answer;
  throw new Error(`${method} ${path} was answered ${answer.statusCode}: ${body.slice(0, 300)}`);
}

function* blocksOf({ block, blocks }: Layer): Generator<Buffer> {
  for (let n = 0; n < blocks; n++) yield block;
}

function locationOf({ headers }: IncomingMessage): string {
  return headers.location ?? '';
}
