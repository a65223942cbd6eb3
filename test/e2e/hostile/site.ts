/** A whole push host under attack: web server, daemon, real Pulp with its second API, and the stand-in for Katello. */
import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type ApiClient, createApiClient } from '../../../lib/cli/api-client.ts';
import { privateKeyFile, publicKeyFile } from '../../../lib/front/keys.ts';
import { createImage, type Image } from '../../support/image/image.ts';
import { listTags } from '../../support/servers/listing.ts';
import type { World } from '../../support/servers/pins.ts';
import { startPostgres } from '../../support/servers/postgres.ts';
import { makeTemporaryDir } from '../../support/servers/temporary.ts';
import { waitFor } from '../../support/servers/wait.ts';
import { type RunningWorld, startWorld } from '../../support/servers/world.ts';
import { KINDS, type Kind } from '../../support/web-server/web-server.ts';
import { type Gate, sendWith, tokenOf } from './client.ts';
import { openReceiver } from './receiver.ts';
import { compareSnapshots, endSchedules, type Snapshot, takeSnapshot } from './snapshot.ts';
import type { Answer } from './wire.ts';

/** What attackers meet, and what they know. */
export interface Site {
  readonly world: RunningWorld;
  /** the web server that is attacked */
  readonly gate: Gate;
  /** URL of the token endpoint */
  readonly realm: string;
  /** pushed as acme/web/seed:1, where `dev` may push */
  readonly seed: Image;
  /** pushed as globex/secret:1, which `dev` may not even see */
  readonly secret: Image;
  /** id of an upload to globex/secret that `other` has begun */
  readonly upload: string;
  /** the front's own keys, as PEM */
  readonly keys: { readonly private: string; readonly public: string };
  /** everything that was answered so far, but tokens */
  readonly heard: readonly Answer[];
  /** every event that somebody was told of, headers and body */
  readonly events: readonly string[];
  takeSnapshot(): Promise<Snapshot>;
  /** The site behind a web server of this kind, with a daemon that knows nobody and a Katello that counted nothing. */
  serveWith(kind: Kind): Promise<Site>;
  /** Makes trouble at the stand-in for Katello. */
  readonly control: (path: string, body: unknown) => Promise<void>;
  /** Changes fields of a user's row at the stand-in. */
  changeUser(login: string, fields: object): Promise<void>;
  stop(): Promise<void>;
}

/** Somebody who may push to acme. */
export interface Pusher {
  readonly login: string;
  readonly password: string;
}

/** People who may push to acme until an attack takes that from them; `kind` is the web server that is attacked then. */
export function leaverOf(kind: Kind): Pusher {
  return { login: `leaver-${kind}`, password: `sandbox-leaver-${kind}` };
}
export function expelledOf(kind: Kind): Pusher {
  return { login: `expelled-${kind}`, password: `sandbox-expelled-${kind}` };
}

/** With which events are signed. */
export const NOTIFY_SECRET = `whsec_${randomBytes(32).toString('base64')}`;

const KatelloWorld = z.looseObject({ users: z.array(z.looseObject({ login: z.string() })) });
const Receipts = z.looseObject({ items: z.array(z.looseObject({ path: z.string(), state: z.string() })) });
/** Katello's setting of how many failed logins shut an address out. */
export const FAILURE_LIMIT = 'failed_login_attempts_limit';
/** Beyond the time for which Katello counts failed logins. */
const LOCK_MS = 301_000;

export async function startSite(name: World, reactorEnv: Readonly<Record<string, string>> = {}): Promise<Site> {
  const dir = await makeTemporaryDir(`hostile-${name}`);
  const receiver = await openReceiver();
  const notified = {
    KPR_NOTIFY_URLS: `http://127.0.0.1:${receiver.port}/take`,
    KPR_NOTIFY_SECRET: NOTIFY_SECRET,
  };
  const world = await startWorld({ world: name, dir, reactorEnv: { ...notified, ...reactorEnv } });
  const { web, katello, reactor } = world;
  const stateDir = join(dir, 'reactor');
  const heard: Answer[] = [];
  const hear = (answer: Answer): void => void heard.push(answer);
  const holders = { postgres: await startPostgres(world.site), katello, pulpDir: join(dir, 'pulp') };
  await endSchedules(holders);

  const control = async (path: string, body: unknown): Promise<void> => {
    const answer = await fetch(`${katello.controlUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
    if (!answer.ok) throw new Error(`the stand-in answered ${answer.status} to ${path}: ${await answer.text()}`);
  };
  const gateOf = (kind: Kind): Gate => ({ kind, port: web.port, ca: web.ca, registry: web.registry, hear });

  const [seed, secret] = [createImage({ seed: 'hostile seed' }), createImage({ seed: 'hostile secret' })];
  await world.push('acme/web/seed', '1', seed);
  await world.push('globex/secret', '1', secret, 'other');
  await waitUntilDone(world, ['acme/web/seed', 'globex/secret']);
  await control('/settings', { name: FAILURE_LIMIT, value: 30 });
  for (const pusher of KINDS.flatMap((kind) => [leaverOf(kind), expelledOf(kind)])) await addPusher(control, pusher);

  const site: Site = {
    world,
    gate: gateOf('apache'),
    realm: `${web.url}/token`,
    seed,
    secret,
    upload: await startUpload(gateOf('apache')),
    keys: {
      private: await readFile(privateKeyFile(stateDir), 'utf8'),
      public: await readFile(publicKeyFile(stateDir), 'utf8'),
    },
    heard,
    events: receiver.events,
    takeSnapshot: () => takeSnapshot(holders),
    serveWith: async (kind) => {
      await reactor.stop();
      await control('/clock', { advanceMs: LOCK_MS });
      await world.serveWith(kind);
      await world.revive();
      return { ...site, gate: gateOf(kind) };
    },
    control,
    changeUser: async (login, fields) => {
      const url = `${katello.controlUrl}/world`;
      const rows = KatelloWorld.parse(await (await fetch(url)).json());
      const users = rows.users.map((user) => (user.login === login ? { ...user, ...fields } : user));
      await fetch(url, { method: 'PUT', body: JSON.stringify({ ...rows, users }) });
    },
    stop: async () => {
      await world.stop();
      receiver.close();
      await rm(dir, { recursive: true });
    },
  };
  return site;
}

/** Waits until the daemon is done and Pulp and Katello have come to rest, and answers how they look then. */
export async function settle(site: Site): Promise<Snapshot> {
  const client = createClient(site.world);
  let last = await site.takeSnapshot();
  const look = async (): Promise<true | undefined> => {
    const { items } = await client.get('pushes', {}, Receipts);
    const now = await site.takeSnapshot();
    const isSame = compareSnapshots(last, now).length === 0;
    last = now;
    return (isSame && items.every(({ state }) => state === 'done')) || undefined;
  };
  await waitFor('rest', look, { timeoutMs: 120_000, gapMs: 4000 });
  return last;
}

/** Waits until the daemon has nothing left to do for these pushes. */
export async function waitUntilDone(world: RunningWorld, paths: readonly string[]): Promise<void> {
  const client = createClient(world);
  const isDone = async (): Promise<true | undefined> => {
    const { items } = await client.get('pushes', {}, Receipts);
    return paths.every((path) => items.some((item) => item.path === path && item.state === 'done')) || undefined;
  };
  await waitFor(`${paths.join(' and ')} in Katello`, isDone, { timeoutMs: 90_000, gapMs: 250 });
}

function createClient({ reactor }: RunningWorld): ApiClient {
  const stateDir = reactor.env['KPR_STATE_DIR'] ?? '';
  return createApiClient(
    { stateDir, url: null, login: null, password: null, caFile: null },
    AbortSignal.timeout(150_000),
  );
}

/** Waits until Katello lists this tag in some repository. */
export async function waitUntilListed({ world }: Site, tag: string): Promise<void> {
  const isListed = async () => (await listTags(world.katello)).some((row) => row.tag === tag) || undefined;
  await waitFor(`${tag} in Katello`, isListed, { timeoutMs: 90_000, gapMs: 250 });
}

/** Adds a user to Katello who may push to acme. */
export async function addPusher(control: Site['control'], { login, password }: Pusher): Promise<void> {
  const permissions = ['view_products', 'sync_products'];
  const roles = [{ name: login, permissions, organizations: ['acme'] }];
  await control('/users', { login, password, organizations: ['acme'], roles });
}

/** An upload to globex/secret. @returns its id */
async function startUpload(gate: Gate): Promise<string> {
  const token = await tokenOf(gate, { as: 'other', scopes: ['repository:globex/secret:pull,push'] });
  const answer = await sendWith(gate, token, '/v2/globex/secret/blobs/uploads/', { method: 'POST' });
  const id = answer.headers['location']?.split('/').at(-1);
  if (answer.status !== 202 || id === undefined) throw new Error(`no upload: ${answer.status} ${answer.body}`);
  return id;
}
