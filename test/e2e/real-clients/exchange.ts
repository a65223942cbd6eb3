/** What a client asked of Pulp's registry, and what it was answered. */
import type { IncomingMessage } from 'node:http';
import { decodeJwt } from 'jose';
import { PREFIX } from '../../support/servers/reactor.ts';
import type { Passing } from './forward.ts';

export interface Exchange {
  readonly method: string;
  /** as Pulp sees it */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly status: number;
  /** id of the token that came with it, or null */
  readonly token: string | null;
  /** of what was put or got, as Pulp names it, or null */
  readonly digest: string | null;
}

export function readExchange({ asked, answered }: Passing): Exchange {
  const { pathname, searchParams } = new URL(asked.url ?? '/', 'http://pulp');
  const digest = answered.headers['docker-content-digest'];
  return {
    method: asked.method ?? '',
    path: pathname,
    query: searchParams,
    status: answered.statusCode ?? 0,
    token: readToken(asked),
    digest: typeof digest === 'string' ? digest : null,
  };
}

/** True for what belongs to the repository of this push path. */
export function isOf(repository: string): (exchange: Pick<Exchange, 'path'>) => boolean {
  return ({ path }) => path.startsWith(`/v2/${PREFIX}/${repository}/`);
}

/** Everything that writes a blob or begins to, but for what was mounted. */
export function isBlobWrite({ method, path, query, status }: Exchange): boolean {
  const isUpload = /\/blobs\/uploads\/[^/]*$/.test(path) && ['POST', 'PATCH', 'PUT'].includes(method);
  return isUpload && !(query.has('mount') && status === 201);
}

/** The bytes of a blob, or of a part of it. */
export function isBlobData(exchange: Exchange): boolean {
  return isBlobWrite(exchange) && exchange.method !== 'POST' && exchange.status < 300;
}

/** A mount that names its source: without one Pulp begins an ordinary upload. */
export function isMount({ method, query }: Exchange): boolean {
  return method === 'POST' && query.has('mount') && query.has('from');
}

export function isManifestWrite({ method, path }: Exchange): boolean {
  return method === 'PUT' && /\/manifests\/[^/]+$/.test(path);
}

export function isBlobRead({ method, path, status }: Exchange): boolean {
  return method === 'GET' && /\/blobs\/sha256:[0-9a-f]+$/.test(path) && status < 400;
}

function readToken({ headers }: IncomingMessage): string | null {
  const token = /^Bearer (.+)$/i.exec(headers.authorization ?? '')?.[1];
  return token === undefined ? null : (decodeJwt(token).jti ?? null);
}
