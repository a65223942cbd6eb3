/** An HTTP server that answers exactly the requests a test expects, in their order, and fails the test otherwise. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTlsServer, type ServerOptions } from 'node:https';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { TLSSocket } from 'node:tls';

export interface Received {
  readonly method: string;
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: IncomingHttpHeaders;
  /** bytes of the request line, as the client sent it */
  readonly lineLength: number;
  /** parsed JSON; undefined without a body */
  readonly body: unknown;
  /** common name of the client certificate, or null */
  readonly certificateName: string | null;
}

export type Reply =
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly json: unknown }
  | { readonly status?: number; readonly headers?: Readonly<Record<string, string>>; readonly text: string }
  /** writes what it likes, or nothing at all */
  | ((response: ServerResponse, request: IncomingMessage) => void);

export interface HttpServer {
  /** `http://127.0.0.1:PORT`, `https://localhost:PORT` or `unix:/PATH` */
  readonly url: string;
  /** what came, oldest first */
  readonly received: readonly Received[];
  /** @param request method and path without query, such as `GET /pulp/api/v3/tasks/` */
  expect(request: string, reply: Reply): void;
  /** Closes it. @throws when a request came that was not next, or one that was expected did not come */
  finish(): Promise<void>;
}

export interface HttpServerOptions {
  readonly tls?: ServerOptions;
  readonly socketPath?: string;
}

/** Listens on a free port of the loopback address, or on the socket. */
export async function startHttpServer(options: HttpServerOptions = {}): Promise<HttpServer> {
  const expected: { request: string; reply: Reply }[] = [];
  const received: Received[] = [];
  const complaints: string[] = [];

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const one = await receive(request);
    received.push(one);
    const next = expected.shift();
    const came = `${one.method} ${one.path}`;
    if (next?.request === came) {
      answer(next.reply, request, response);
      return;
    }
    complaints.push(`got ${came}, expected ${next?.request ?? 'nothing'}`);
    answer({ status: 501, json: { detail: `not expected: ${came}` } }, request, response);
  }

  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch((error: unknown) => {
      complaints.push(String(error));
      response.destroy();
    });
  };
  const server = options.tls ? createTlsServer(options.tls, listener) : createServer(listener);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.socketPath ? { path: options.socketPath } : { host: '127.0.0.1', port: 0 }, resolve);
  });

  return {
    url: urlOf(options, server.address()),
    received,
    expect(request, reply) {
      expected.push({ request, reply });
    },
    async finish() {
      server.closeAllConnections();
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
      });
      const missing = expected.map(({ request }) => `${request} never came`);
      if (complaints.length + missing.length > 0) throw new Error([...complaints, ...missing].join('; '));
    },
  };
}

function urlOf(options: HttpServerOptions, address: AddressInfo | string | null): string {
  if (typeof address === 'string') return `unix:${address}`;
  if (address === null) throw new Error('the server does not listen');
  return options.tls ? `https://localhost:${address.port}` : `http://127.0.0.1:${address.port}`;
}

async function receive(request: IncomingMessage): Promise<Received> {
  const text = await readText(request);
  const method = request.method ?? '';
  const target = request.url ?? '';
  const url = new URL(`http://localhost${target}`);
  return {
    method,
    path: url.pathname,
    query: Object.fromEntries(url.searchParams),
    headers: request.headers,
    lineLength: `${method} ${target} HTTP/1.1`.length,
    body: text === '' ? undefined : (JSON.parse(text) as unknown),
    certificateName: certificateName(request),
  };
}

function certificateName({ socket }: IncomingMessage): string | null {
  const name = socket instanceof TLSSocket ? socket.getPeerCertificate().subject?.CN : undefined;
  return typeof name === 'string' ? name : null;
}

function answer(reply: Reply, request: IncomingMessage, response: ServerResponse): void {
  if (typeof reply === 'function') {
    reply(response, request);
    return;
  }
  const isJson = 'json' in reply;
  const type = isJson ? 'application/json' : 'text/html; charset=utf-8';
  response.writeHead(reply.status ?? 200, { 'content-type': type, ...reply.headers });
  response.end(isJson ? JSON.stringify(reply.json) : reply.text);
}
