/** A push host that goes wrong as a test says: web server, front and Pulp's registry in one server of this process. */
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Config, loadConfig } from '../../../lib/config.ts';
import { describePublicKey, generateKeys, privateKeyFile } from '../../../lib/front/keys.ts';
import { createRegistry, type Registry } from '../../support/registry.ts';

export interface WebServer {
  /** how often it adds the prefix to a name that has none */
  prefixes: number;
  addsToFrom: boolean;
  /** adds it to what has it, too */
  addsAlways: boolean;
  passesDelete: boolean;
  passesCrooked: boolean;
  showsPulp: boolean;
  /** Host that it passes on; null: the client's */
  host: string | null;
  /** status of the front; 200 with a token */
  front: number;
  /** sends /v2/ to the front, which is a signpost */
  missesRegistry: boolean;
}

export interface Bench {
  readonly config: (env?: Readonly<Record<string, string>>) => Config;
  readonly host: string;
  readonly stateDir: string;
  readonly web: WebServer;
  readonly registry: Registry;
  readonly asked: string[];
  close(): Promise<void>;
}

const GOOD: WebServer = {
  prefixes: 1,
  addsToFrom: true,
  addsAlways: false,
  passesDelete: false,
  passesCrooked: false,
  showsPulp: false,
  host: null,
  front: 200,
  missesRegistry: false,
};

/** One where nothing is wrong. */
export async function openBench(): Promise<Bench> {
  const stateDir = await mkdtemp(join(tmpdir(), 'kpr-doctor-'));
  await generateKeys(stateDir);
  const publicKey = describePublicKey(await readFile(privateKeyFile(stateDir), 'utf8'));
  const web = { ...GOOD };
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    void answer(request, response, web, registry);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  const host = `127.0.0.1:${typeof bound === 'object' && bound ? bound.port : 0}`;
  const registry = createRegistry({ realm: `http://${host}/token`, publicKey });

  return {
    host,
    stateDir,
    web,
    registry,
    asked,
    config: (env = {}) => loadConfig({ ...environment(stateDir), KPR_PUBLIC_URL: `http://${host}`, ...env }),
    close: async () => {
      server.closeAllConnections();
      server.close();
      await rm(stateDir, { recursive: true });
    },
  };
}

/** What a configuration needs besides its public URL. */
export function environment(stateDir: string): Record<string, string> {
  return {
    KPR_STATE_DIR: stateDir,
    KPR_PULP_URL: 'unix:/nowhere/api.sock',
    KPR_KATELLO_URL: 'http://127.0.0.1:1',
    KPR_KATELLO_LOGIN: 'kpr',
    KPR_KATELLO_PASSWORD: 'not-a-real-one',
    KPR_POLICY: 'full',
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  web: WebServer,
  registry: Registry,
): Promise<void> {
  const { method, url = '' } = request;
  const isRegistry = /^\/(?:extensions\/)?v2\//.test(url);
  const end = (status: number, body: object = {}, headers = {}) =>
    response.writeHead(status, headers).end(JSON.stringify(body));

  if (url.startsWith('/token')) return void end(web.front, web.front === 200 ? { access_token: 'a.b.c' } : {});
  if (url.startsWith('/pulp/')) return void end(web.showsPulp ? 200 : 404);
  if (!isRegistry) return void end(404);
  if (web.missesRegistry) {
    const bearer = `Bearer realm="${registry.options.realm}",service="${request.headers.host}"`;
    return void end(401, {}, { 'www-authenticate': bearer });
  }
  if (/\/\.\.\/|%2f/i.test(url) && !web.passesCrooked) return void end(400);
  if (method === 'DELETE' && !web.passesDelete) return void end(405);
  request.url = prefixed(url, web);
  await registry.answer(request, response, web.host ?? undefined);
}

function prefixed(url: string, { prefixes, addsToFrom, addsAlways }: WebServer): string {
  const added = 'kpr.push/'.repeat(prefixes);
  const without = addsAlways ? '' : '(?!kpr\\.push/)';
  const named = url.replace(new RegExp(`^(/(?:extensions/)?v2/)${without}(?=[^?]+/)`), `$1${added}`);
  return addsToFrom ? named.replace(new RegExp(`(from=)${without}`), `$1${added}`) : named;
}
