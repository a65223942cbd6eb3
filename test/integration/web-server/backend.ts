/** What stands behind the web server: records what arrives, as it arrives, and answers as the test says. */
import { createServer, type IncomingHttpHeaders, type IncomingMessage, type ServerResponse } from 'node:http';

export interface Arrived {
  readonly method: string;
  /** path and query, as sent */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  /** names and values in turn, as sent */
  readonly rawHeaders: readonly string[];
  /** bytes of the body so far */
  size: number;
  isWhole: boolean;
}

export type Reply = (response: ServerResponse, request: IncomingMessage) => void;

export interface Backend {
  /** socket path or host:port */
  readonly address: string;
  /** oldest first; a test may empty it */
  readonly arrived: Arrived[];
  /** of every request from now on; answers once the request is whole, unless it is `early` */
  reply: Reply;
  isEarly: boolean;
  close(): Promise<void>;
}

/** @param socketPath left out: a free port of the loopback address */
export async function startBackend(socketPath?: string): Promise<Backend> {
  const arrived: Arrived[] = [];
  const server = createServer((request, response) => {
    const { method = '', url = '', headers, rawHeaders } = request;
    const one: Arrived = { method, url, headers, rawHeaders, size: 0, isWhole: false };
    arrived.push(one);
    request.on('data', (chunk: Uint8Array) => {
      one.size += chunk.length;
    });
    request.on('end', () => {
      one.isWhole = true;
      if (!backend.isEarly) backend.reply(response, request);
    });
    request.on('error', () => undefined); // the client went away
    if (backend.isEarly) backend.reply(response, request);
  });
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(socketPath === undefined ? { host: '127.0.0.1', port: 0 } : { path: socketPath }, resolve);
  });

  const bound = server.address();
  const backend: Backend = {
    address: typeof bound === 'object' && bound !== null ? `127.0.0.1:${bound.port}` : String(bound),
    arrived,
    reply: (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'),
    isEarly: false,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return backend;
}
