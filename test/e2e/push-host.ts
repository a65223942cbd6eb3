/** What people push to: a web server with the shipped configuration, the front, and Pulp's second API behind it. */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import fastify from 'fastify';
import { openSecret } from '../../lib/config/secret.ts';
import { createFront } from '../../lib/front/front.ts';
import { generateKeys, privateKeyFile, publicKeyFile } from '../../lib/front/keys.ts';
import { createThrottle } from '../../lib/front/throttle.ts';
import { createHttpClient } from '../../lib/http/client.ts';
import type { Credentials } from '../../lib/http/credentials.ts';
import { createDirectory } from '../../lib/katello/directory.ts';
import { createKatello } from '../../lib/katello/endpoints.ts';
import { createKatelloUsers } from '../../lib/katello/users.ts';
import { createPulp } from '../../lib/pulp/endpoints.ts';
import { createPushProduct } from '../../lib/reconcile/create.ts';
import type { World } from '../support/servers/pins.ts';
import { findFreePort } from '../support/servers/ports.ts';
import { startPushApi } from '../support/servers/push-api.ts';
import type { RunningWorld } from '../support/servers/world.ts';
import { type Kind, startWebServer } from '../support/web-server/web-server.ts';

export interface PushHost {
  /** host:port that people type */
  readonly registry: string;
  /** directory for `--cert-dir` of clients */
  readonly certificates: string;
  /** the granted pushes so far */
  readonly granted: { path: string; login: string }[];
  close(): Promise<void>;
}

export async function startPushHost(world: RunningWorld, name: World, kind: Kind): Promise<PushHost> {
  const dir = await mkdtemp(join(tmpdir(), 'kpr-push-host-'));
  const port = await findFreePort();
  const registry = `localhost:${port}`;
  const realm = `https://${registry}/token`;
  await generateKeys(dir);
  const pushApi = await startPushApi(world.site, { world: name, realm, publicKeyFile: publicKeyFile(dir) });

  const granted: PushHost['granted'] = [];
  const server = fastify();
  await server.register(createFrontOf(world, { registry, realm, dir, granted }));
  const front = new URL(await server.listen({ host: '127.0.0.1', port: 0 })).host;
  const web = await startWebServer(kind, { pushApi: pushApi.socket, front }, port);
  const certificates = join(dir, 'certificates');
  await mkdir(certificates);
  await writeFile(join(certificates, 'ca.crt'), web.ca);

  const close = async (): Promise<void> => {
    await web.close();
    await server.close();
    await pushApi.stop();
    await rm(dir, { recursive: true });
  };
  return { registry, certificates, granted, close };
}

interface FrontOptions extends Pick<PushHost, 'registry' | 'granted'> {
  readonly realm: string;
  readonly dir: string;
}

function createFrontOf({ pulp, katello }: RunningWorld, { registry, realm, dir, granted }: FrontOptions) {
  const clientOf = (system: 'pulp' | 'katello', baseUrl: string, credentials: Credentials) =>
    createHttpClient({ system, baseUrl, credentials: () => credentials, userAgent: 'kpr/test', maxRetries: 0 });
  const service = createKatello(clientOf('katello', katello.url, { kind: 'basic', ...katello.service }));
  const directory = createDirectory(service, { ttlMs: 30_000 });
  const silent = (): void => undefined;
  const log = { debug: silent, info: silent, warn: silent, error: silent };
  const pushProduct = 'Container Push';
  const noLease = async () => ({ isHeld: () => true, renew: async () => true, release: async () => undefined });
  const key = openSecret(privateKeyFile(dir));
  const { login, password } = pulp;

  return createFront({
    settings: {
      realm,
      host: registry,
      registryHosts: [registry],
      prefix: 'kpr.push',
      pushProduct,
      katelloHost: 'katello.example.com',
      tokenSeconds: 300,
      cacheMs: 30_000,
      subject: null,
      organizationsAllow: [],
      organizationsDeny: [],
    },
    users: createKatelloUsers(clientOf('katello', katello.url, { kind: 'none' })),
    directory,
    findRepository: (id, signal) => service.findRepository(id, signal),
    pulp: createPulp(clientOf('pulp', `${pulp.url}/pulp/`, { kind: 'basic', login, password })),
    createPushProduct: (organization, path, signal) => {
      const settings = { pushProduct, mayCreatePushProduct: true };
      const deps = { katello: service, directory, acquireLease: noLease, log, settings };
      return createPushProduct(deps, { organization, path }, signal);
    },
    readKey: () => key.reveal(),
    onGranted: (push) => void granted.push(push),
    onAnswered: silent,
    log,
    throttle: createThrottle({ now: () => performance.now(), onFull: silent }),
    now: () => performance.now(),
    delay: async (ms, signal) => delay(ms, undefined, { signal }),
  });
}
