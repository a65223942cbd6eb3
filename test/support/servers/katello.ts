/** The stand-in for Katello as a process of its own, with the organizations and users of the sandbox. */
import { readFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { LatencyName } from '../katello/latency.ts';
import { Seed, type SeedUser } from '../katello/state/seed.ts';
import { PROJECT } from './install.ts';
import { claimPort } from './ports.ts';
import { ensureServer, expectRunning, type Site, stopServer } from './process.ts';
import type { PulpServer } from './pulp.ts';
import { waitFor } from './wait.ts';

export interface Account {
  readonly login: string;
  readonly password: string;
}

/** A person of the sandbox, and what they may do in the organization `acme`. */
export interface User extends Account {
  readonly may: 'push' | 'view' | 'none';
  /** a personal access token, good in place of the password; null: none */
  readonly token: string | null;
}

export interface KatelloServer {
  /** without a slash at the end */
  readonly url: string;
  /** makes trouble on demand; see the stand-in's README */
  readonly controlUrl: string;
  readonly administrator: Account;
  /** the reactor's own account */
  readonly service: Account;
  readonly users: readonly User[];
  stop(): Promise<void>;
}

export interface KatelloOptions {
  readonly pulp: PulpServer;
  /** whose behaviour it takes on; default 5.0.1 */
  readonly version?: string;
  /** `real`: as slow as recorded; default `fast` */
  readonly latency?: LatencyName;
}

const NAME = 'katello';
const ROOM = join(PROJECT, 'test', 'support', 'katello');
const SEED = join(ROOM, 'seeds', 'sandbox.json');
const SERVICE = 'kpr';

/** Starts the stand-in, or finds it running. Its state is kept in `katello/` of the site. */
export async function startKatello(site: Site, options: KatelloOptions): Promise<KatelloServer> {
  const port = await claimPort(site, NAME);
  const controlPort = await claimPort(site, NAME, `${NAME}-control`);
  const { pulp, version = '5.0.1', latency = 'fast' } = options;
  const state = join(site.dir, 'katello', 'state.json');
  await mkdir(join(site.dir, 'katello'), { recursive: true });

  const settings = {
    listen: `127.0.0.1:${port}`,
    control: `127.0.0.1:${controlPort}`,
    'pulp-url': pulp.url,
    'pulp-login': pulp.login,
    'pulp-password': pulp.password,
    version,
    latency,
    state,
    seed: SEED,
  };
  const args = Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
  const server = await ensureServer(site, {
    name: NAME,
    command: process.execPath,
    args: ['--import', 'tsx', join(ROOM, 'main.ts'), ...args],
    // Where tsx is found.
    cwd: PROJECT,
  });

  const url = `http://127.0.0.1:${port}`;
  const isReady = async (): Promise<true | undefined> => {
    await expectRunning([server]);
    const answer = await fetch(`${url}/katello/api/status`, { signal: site.signal ?? null }).catch(() => null);
    return answer?.ok === true ? true : undefined;
  };
  await waitFor('Katello', isReady, { timeoutMs: 30_000, signal: site.signal });

  const stop = async (): Promise<void> => void (await stopServer(site, NAME));
  return { url, controlUrl: `http://127.0.0.1:${controlPort}`, ...readAccounts(), stop };
}

function readAccounts(): Pick<KatelloServer, 'administrator' | 'service' | 'users'> {
  const { users } = Seed.parse(JSON.parse(readFileSync(SEED, 'utf8')));
  const [administrator] = users.filter((user) => user.admin).map(accountOf);
  const [service] = users.filter((user) => user.login === SERVICE).map(accountOf);
  if (!administrator || !service) throw new Error(`${SEED} has no administrator or no ${SERVICE}`);

  const people = users.filter((user) => !user.admin && user.login !== SERVICE);
  return { administrator, service, users: people.map(personOf) };
}

function accountOf({ login, password }: SeedUser): Account {
  return { login, password };
}

function personOf(user: SeedUser): User {
  return { ...accountOf(user), may: rightsOf(user), token: user.tokens[0]?.value ?? null };
}

function rightsOf(user: SeedUser): User['may'] {
  const roles = user.roles.filter((role) => role.organizations?.includes('acme') ?? true);
  const permissions = roles.flatMap((role) => role.permissions);
  if (user.disabled || !user.organizations.includes('acme')) return 'none';
  if (permissions.includes('sync_products')) return 'push';
  return permissions.includes('view_products') ? 'view' : 'none';
}
