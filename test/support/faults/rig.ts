/**
 * The daemon between servers that a test can spoil: an in-memory Pulp and Katello's stand-in in this process, a fault
 * proxy in front of each, and a real Redis and the daemons as processes of their own.
 */
import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { push } from '../image/push.ts';
import { type StandIn, startKatelloStandIn } from '../katello/stand-in.ts';
import { Seed } from '../katello/state/seed.ts';
import { type FakePulp, startFakePulp } from '../pulp/fake-pulp.ts';
import type { Site } from '../servers/process.ts';
import { makeTemporaryDir } from '../servers/temporary.ts';
import { until } from '../until.ts';
import { type DaemonProcess, startDaemon } from './daemon.ts';
import { createLedger, type Ledger } from './ledger.ts';
import { type FaultProxy, type FaultProxyOptions, startFaultProxy } from './proxy.ts';
import { type FaultyRedis, startFaultyRedis } from './redis-server.ts';
import { readWorld, twinsIn } from './world.ts';

export const PREFIX = 'kpr.push';

export interface Rig {
  readonly site: Site;
  readonly fakePulp: FakePulp;
  readonly standIn: StandIn;
  readonly proxies: { readonly pulp: FaultProxy; readonly katello: FaultProxy };
  /** null: each daemon has its own, embedded */
  readonly redis: FaultyRedis | null;
  /** labels of the organizations, each without a push product */
  readonly organizations: readonly string[];
  /** Starts a daemon, or starts it again with the state that it had; `env` is on top of what it needs. */
  startDaemon(name?: string, env?: Readonly<Record<string, string>>): Promise<DaemonProcess>;
  /** pushes, and knows what has to become of them; for paths that name no product */
  readonly ledger: Ledger;
  close(): Promise<void>;
}

export interface RigOptions {
  readonly name: string;
  readonly world?: 'a' | 'b';
  readonly katelloVersion?: string;
  /** [given] */
  readonly redis?: 'given' | 'embedded';
  /** how many organizations Katello has [4] */
  readonly organizations?: number;
  /** names of smart proxies that mirror the Library of each [none] */
  readonly smartProxies?: readonly string[];
  readonly proxying?: FaultProxyOptions;
  /** of every daemon */
  readonly env?: Readonly<Record<string, string>>;
}

const SEED = new URL('../katello/seeds/sandbox.json', import.meta.url);
const ACCOUNT = { login: 'kpr', password: 'sandbox-kpr' };

/** Starts everything but a daemon. */
export async function startRig(options: RigOptions): Promise<Rig> {
  const site: Site = { dir: await makeTemporaryDir(options.name), isTemporary: true };
  const organizations = Array.from({ length: options.organizations ?? 4 }, (_, i) => `org${i + 1}`);
  const fakePulp = await startFakePulp({ world: options.world ?? 'b' });
  const standIn = await startKatelloStandIn({
    pulp: fakePulp,
    version: options.katelloVersion ?? '5.0.1',
    seed: await readSeed(organizations, options.smartProxies ?? []),
  });
  const proxies = {
    pulp: await startFaultProxy(fakePulp.url, options.proxying),
    katello: await startFaultProxy(standIn.url, options.proxying),
  };
  const redis = options.redis === 'embedded' ? null : await startFaultyRedis(site);
  const env = {
    KPR_PULP_URL: proxies.pulp.url,
    KPR_PULP_LOGIN: fakePulp.login,
    KPR_PULP_PASSWORD: fakePulp.password,
    KPR_KATELLO_URL: proxies.katello.url,
    KPR_KATELLO_LOGIN: ACCOUNT.login,
    KPR_KATELLO_PASSWORD: ACCOUNT.password,
    KPR_POLICY: 'full',
    KPR_PATH_PREFIX: PREFIX,
    KPR_POLL_ACTIVE_SECONDS: '0.2',
    KPR_POLL_IDLE_SECONDS: '0.5',
    ...(redis && { REDIS_URL: redis.url, KPR_REDIS_PREFIX: `{${randomUUID()}}` }),
    ...options.env,
  };
  const daemons = new Map<string, DaemonProcess>();

  return {
    site,
    fakePulp,
    standIn,
    proxies,
    redis,
    organizations,
    startDaemon: async (name = 'daemon', extra = {}) => {
      const daemon = await startDaemon(site, { name, env: { ...env, ...extra } });
      daemons.set(name, daemon);
      return daemon;
    },
    ledger: createLedger({
      fakePulp,
      prefix: PREFIX,
      push: (path, tag, what) => push(fakePulp, `${PREFIX}/${path}`, tag, what),
      nameOf: nameInPushProduct,
    }),
    close: async () => {
      for (const daemon of daemons.values()) daemon.thaw();
      await Promise.all([...daemons.values()].map((daemon) => daemon.stop()));
      await redis?.stop();
      await Promise.all([proxies.pulp.close(), proxies.katello.close()]);
      await standIn.close();
      await fakePulp.close();
      await rm(site.dir, { recursive: true });
    },
  };
}

/** Starts everything but a daemon, works with it, and takes it away again. */
export async function withRig<T>(options: RigOptions, work: (rig: Rig) => Promise<T>): Promise<T> {
  const rig = await startRig(options);
  try {
    return await work(rig);
  } finally {
    await rig.close();
  }
}

/** What is not as it has to be in the end, a line each; the daemon tells how many paths have failed. */
export async function findFlaws({ ledger, standIn }: Rig, daemon: DaemonProcess): Promise<string[]> {
  await daemon.untilReady();
  const failed = await daemon.readMetric('kpr_failed_paths');
  const { products, repositories, paused } = await readWorld(standIn);
  return [
    ...ledger.findUnsettled(),
    ...ledger.stepsBack,
    ...[...twinsIn(products), ...twinsIn(repositories)].map((name) => `${name} is there twice`),
    ...paused,
    ...(failed > 0 ? [`${failed} paths failed`] : []),
  ];
}

/** Waits until everything pushed so far is at rest, if that comes. */
export async function untilSettled({ ledger }: Rig, timeoutMs: number): Promise<void> {
  const isSettled = (): boolean => {
    ledger.look();
    return ledger.findUnsettled().length === 0;
  };
  await until('rest', isSettled, timeoutMs).catch(() => undefined);
}

/** What Katello (4.16 and later) calls the repository of a path that names no product. */
export function nameInPushProduct(path: string): string {
  return path.replace('/', '/container_push/');
}

/** The sandbox's people in organizations of our own; the reactor's account belongs to all of them. */
async function readSeed(organizations: readonly string[], smartProxies: readonly string[]): Promise<Seed> {
  const seed = Seed.parse(JSON.parse(await readFile(SEED, 'utf8')));
  const [account, ...others] = seed.users.filter(({ login }) => login === ACCOUNT.login);
  if (!account || others.length > 0) throw new Error('the sandbox has no account for the reactor');
  return Seed.parse({
    ...seed,
    organizations: organizations.map((label) => ({ name: label, label })),
    proxies: [
      ...seed.proxies.filter(({ primary }) => primary),
      ...smartProxies.map((name) => ({ name, url: 'http://127.0.0.1:0', libraries: organizations })),
    ],
    users: [{ ...account, organizations }],
  });
}
