/** A real Pulp: API with the registry, content app and two task workers on a PostgreSQL of its own. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { type Door, send } from '../send.ts';
import { installPulp, type StepOptions } from './install.ts';
import { keepPassword } from './memory.ts';
import type { World } from './pins.ts';
import { claimPort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { ensureServer, expectRunning, type ServerProcess, type Site, stopServer } from './process.ts';
import { ensurePulpDatabase, PULP_LOGIN, PULP_PASSWORD } from './pulp-database.ts';
import { type PulpAccess, renderPulpSettings } from './pulp-settings.ts';
import { claimSocket } from './sockets.ts';
import { waitFor } from './wait.ts';

/** REST API and registry, as its administrator. */
export interface PulpServer extends Door {
  readonly world: World;
  /** Ends Pulp and its PostgreSQL. Started again in the same directory, it has the same addresses and data. */
  stop(): Promise<void>;
}

export interface PulpOptions extends StepOptions {
  readonly world: World;
  /** absolute; holds all state, logs and pid files; made if it is not there */
  readonly dir: string;
  /** false: it outlives this process; default true */
  readonly isTemporary?: boolean;
  /** default `socket` */
  readonly access?: PulpAccess;
}

/** Names of its processes, in the order in which they start. */
export const PULP_PROCESSES = ['pulp-api', 'pulp-content', 'pulp-worker-1', 'pulp-worker-2'] as const;

/**
 * Starts Pulp, or finds it running; answers once its registry, content app and workers are ready.
 *
 * Installs Pulp's Python packages if they are not there. The first start of a version takes a minute, a start in a new
 * directory some ten seconds. PostgreSQL's packages have to be there (`installSystemPackages`).
 */
export async function startPulp(options: PulpOptions): Promise<PulpServer> {
  const site: Site = { dir: options.dir, isTemporary: options.isTemporary ?? true, signal: options.signal };
  const bin = await installPulp(options.world, options);
  const postgres = await startPostgres(site);
  const dir = join(site.dir, 'pulp');
  const access = options.access ?? 'socket';
  const { bind, url } = await claimAddress(site, access);
  const contentPort = await claimPort(site, 'pulp-content');

  const settingsFile = settingsFileOf(site);
  for (const name of ['media', 'assets', 'tmp']) await mkdir(join(dir, name), { recursive: true });
  await keepDatabaseKey(join(dir, 'database.key'));
  const secretKey = keepPassword(site.dir, 'pulp-secret');
  const settings = { dir, postgres, database: 'pulp', contentPort, secretKey, access };
  await writeFile(settingsFile, renderPulpSettings(settings), { mode: 0o600 });
  await ensurePulpDatabase({ world: options.world, postgres, name: 'pulp', bin, settingsFile }, options);

  options.onProgress?.('starting its processes');
  const start = (name: string, program: string, ...args: string[]): Promise<ServerProcess> =>
    startPulpProcess(site, { name, command: join(bin, program), args });
  const [api, content, worker1, worker2] = PULP_PROCESSES;
  // A gunicorn worker told to end while it still starts would be waited for in vain.
  const web = ['--timeout', '120', '--graceful-timeout', '5'];
  const servers = [
    await start(api, 'pulpcore-api', '--bind', bind, '--workers', '2', ...web),
    await start(content, 'pulpcore-content', '--bind', `127.0.0.1:${contentPort}`, '--workers', '1', ...web),
    await start(worker1, 'pulpcore-worker'),
    await start(worker2, 'pulpcore-worker'),
  ];
  await waitUntilReady(url, servers, site.signal);

  const stop = async (): Promise<void> => {
    await Promise.all(PULP_PROCESSES.map((name) => stopServer(site, name)));
    await postgres.stop();
  };
  return { world: options.world, url, login: PULP_LOGIN, password: access === 'socket' ? '' : PULP_PASSWORD, stop };
}

export interface PulpProcess {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** on top of the settings file */
  readonly env?: Readonly<Record<string, string>>;
}

/** Starts one process of the Pulp of this site, or finds it running. */
export async function startPulpProcess(site: Site, { env, ...spec }: PulpProcess): Promise<ServerProcess> {
  // gunicorn puts a control socket into its working directory, which two of them cannot share.
  const cwd = join(site.dir, 'pulp', spec.name);
  await mkdir(cwd, { recursive: true });
  return ensureServer(site, { ...spec, env: { PULP_SETTINGS: settingsFileOf(site), ...env }, cwd });
}

async function claimAddress(site: Site, access: PulpAccess): Promise<{ bind: string; url: string }> {
  if (access === 'socket') {
    const url = `unix:${await claimSocket(site, 'pulp-api')}`;
    return { bind: url, url };
  }
  const bind = `127.0.0.1:${await claimPort(site, 'pulp-api')}`;
  return { bind, url: `http://${bind}` };
}

function settingsFileOf(site: Site): string {
  return join(site.dir, 'pulp', 'settings.py');
}

const Status = z.object({ online_workers: z.array(z.unknown()), online_content_apps: z.array(z.unknown()) });

async function waitUntilReady(url: string, servers: readonly ServerProcess[], signal?: AbortSignal): Promise<void> {
  const isReady = async (): Promise<true | undefined> => {
    await expectRunning(servers);
    const answer = await send({ url }, 'GET', '/pulp/api/v3/status/', { signal }).catch(() => null);
    if (answer?.status !== 200) return undefined;
    const status = Status.parse(await answer.json());
    return status.online_workers.length > 0 && status.online_content_apps.length > 0 ? true : undefined;
  };
  await waitFor('a Pulp with workers', isReady, { timeoutMs: 90_000, signal });
}

async function keepDatabaseKey(file: string): Promise<void> {
  await writeFile(file, randomBytes(32).toString('base64'), { mode: 0o600, flag: 'wx' }).catch((error: unknown) => {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  });
}
