/** Stands between the web server and Pulp: sees what clients ask of the registry, and makes an upload as long as wanted. */

import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { ListenOptions } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { WebSite } from '../../support/web-server/web-site.ts';
import { type Exchange, isBlobData, isOf, readExchange } from './exchange.ts';
import { forward } from './forward.ts';

export interface GateOptions {
  /** Pulp's registry */
  readonly pushApi: string;
  /** socket to listen on in its place */
  readonly socket: string;
  /** of Pulp's content app, on loopback */
  readonly contentPort: number;
  /** whose certificate content is served with */
  readonly web: Pick<WebSite, 'certificateFile' | 'keyFile'>;
}

export interface Gate {
  /** where the web server finds Pulp instead */
  readonly socket: string;
  /** Pulp's content over TLS, as a Katello host serves it: `https://localhost:PORT` */
  readonly contentOrigin: string;
  /** What was asked for this push path, the earliest answer first. */
  readonly seen: (repository: string) => readonly Exchange[];
  /** Keeps the answer to the first blob of this push path back, as if its bytes had taken so long. */
  readonly hold: (repository: string, ms: number) => void;
  close(): Promise<void>;
}

export async function openGate({ pushApi, socket, contentPort, web }: GateOptions): Promise<Gate> {
  const exchanges: Exchange[] = [];
  const holds = new Map<string, number>();
  const ended = new AbortController();

  const registry = createServer(
    { requestTimeout: 0 },
    forward({ socketPath: pushApi }, async (passing) => {
      const exchange = readExchange(passing);
      exchanges.push(exchange);
      const [held, ms] = [...holds].find(([repository]) => isOf(repository)(exchange)) ?? [];
      if (held === undefined || !isBlobData(exchange)) return;
      holds.delete(held);
      await delay(ms, undefined, { signal: ended.signal });
    }),
  );
  const tls = { cert: await readFile(web.certificateFile), key: await readFile(web.keyFile) };
  const content = createTlsServer(
    tls,
    forward({ host: '127.0.0.1', port: contentPort }, async () => undefined),
  );
  await listen(registry, { path: socket, writableAll: true });
  await listen(content, { host: '127.0.0.1', port: 0 });

  return {
    socket,
    contentOrigin: `https://localhost:${portOf(content)}`,
    seen: (repository) => exchanges.filter(isOf(repository)),
    hold: (repository, ms) => void holds.set(repository, ms),
    close: async () => {
      ended.abort();
      for (const server of [registry, content]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

async function listen(server: Server | ReturnType<typeof createTlsServer>, options: ListenOptions): Promise<void> {
  server.listen(options);
  await once(server, 'listening');
}

function portOf(server: ReturnType<typeof createTlsServer>): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('it listens on no port');
  return address.port;
}
