/**
 * HTTP servers: made alike, listening on a port or a unix socket.
 */
import { chmod, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import fastify, { type FastifyInstance } from 'fastify';
import { ConfigError } from '../errors.ts';
import { RequestError, toAnswer } from './answer.ts';

export type Address = { readonly host: string; readonly port: number } | { readonly path: string };

export interface WebServer {
  /** where it listens; the port is the real one when 0 was asked for */
  readonly address: Address;
  /** Takes no more requests and ends those at hand. */
  close(): Promise<void>;
}

export interface ServerOptions {
  /** told of our own faults, of which a caller sees nothing */
  readonly onError: (error: unknown, request: { method: string; url: string }) => void;
  readonly routes: (server: FastifyInstance) => void | Promise<void>;
  /** of a unix socket [for its owner only] */
  readonly socketMode?: number;
}

const BODY_BYTES = 64 * 1024;
const REQUEST_MS = 30_000;
const OWNER_ONLY = 0o600;
/** `sun_path` of a unix socket address on Linux, without the final zero. */
const LONGEST_SOCKET = 107;

/**
 * Opens the server. A unix socket that a dead process left behind is replaced.
 *
 * @throws E_CONFIG when the address cannot be used, or another process listens on the socket
 */
export async function openServer(address: Address, options: ServerOptions): Promise<WebServer> {
  const { routes, onError, socketMode = OWNER_ONLY } = options;
  const server = createServer(onError);
  await routes(server);
  await listen(server, address, socketMode);
  return { address: realAddress(server, address), close: () => server.close() };
}

/** A server that answers failures as the HTTP interface shows them; it listens nowhere yet. */
export function createServer(onError: ServerOptions['onError']): FastifyInstance {
  const server = fastify({ bodyLimit: BODY_BYTES, requestTimeout: REQUEST_MS, forceCloseConnections: true });
  // Fastify closes the connection of a body that is too long; the web server before us, still sending it, would then
  // answer 502. Without that word Node reads the rest, for no longer than REQUEST_MS.
  server.addHook('onSend', async (_, reply) => void reply.removeHeader('connection'));
  server.setNotFoundHandler(() => {
    throw new RequestError(404, 'there is nothing here');
  });
  server.setErrorHandler((error, request, reply) => {
    const { status, body } = toAnswer(error);
    if (status === 500) onError(error, { method: request.method, url: request.url });
    return reply.status(status).send(body);
  });
  return server;
}

async function listen(server: FastifyInstance, address: Address, socketMode: number): Promise<void> {
  try {
    if ('port' in address) await server.listen(address);
    else await listenOnSocket(server, address.path, socketMode);
  } catch (error) {
    if (error instanceof ConfigError) throw error;
    throw new ConfigError(`cannot listen on ${describeAddress(address)}`, { cause: error });
  }
}

async function listenOnSocket(server: FastifyInstance, path: string, mode: number): Promise<void> {
  const bytes = Buffer.byteLength(path);
  if (bytes > LONGEST_SOCKET) {
    throw new ConfigError(`the path of the socket ${path} has ${bytes} bytes, ${LONGEST_SOCKET} fit`);
  }
  if (await isTaken(path)) throw new ConfigError(`another kpr listens on ${path}: only one may use a state directory`);
  await rm(path, { force: true });
  await server.listen({ path });
  await chmod(path, mode);
}

function isTaken(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const connection = connect(path, () => {
      connection.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}

function realAddress(server: FastifyInstance, asked: Address): Address {
  const [bound] = server.addresses();
  return 'port' in asked && typeof bound === 'object' ? { host: asked.host, port: bound.port } : asked;
}

export function describeAddress(address: Address): string {
  return 'path' in address ? `unix:${address.path}` : `${address.host}:${address.port}`;
}
