/** A real Pulp: API with the registry, content app and two task workers on a PostgreSQL of its own. */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { installPulp, PROJECT, type StepOptions } from './install.ts';
import { keepPassword } from './memory.ts';
import type { World } from './pins.ts';
import { claimPort } from './ports.ts';
import { startPostgres } from './postgres.ts';
import { ensureServer, expectRunning, type ServerProcess, type Site, stopServer } from './process.ts';
import { ensurePulpDatabase, PULP_LOGIN, PULP_PASSWORD } from './pulp-database.ts';
import { renderPulpSettings } from './pulp-settings.ts';
import { waitFor } from './wait.ts';

export interface PulpServer {
  readonly world: World;
  /** of the REST API and the registry, without a slash at the end */
  readonly url: string;
  /** host and port of the registry, as a client writes them before the path */
  readonly registry: string;
  /** an administrator: without token authentication nobody else may push */
  readonly login: string;
  readonly password: string;
  /** Ends Pulp and its PostgreSQL. Started again in the same directory, it has the same ports and data. */
  stop(): Promise<void>;
}

export interface PulpOptions extends StepOptions {
  readonly world: World;
  /** absolute; holds all state, logs and pid files; made if it is not there */
  readonly dir: string;
  /** false: it outlives this process; default true */
  readonly isTemporary?: boolean;
}

/** Names of its processes, in the order in which they start. */
export const PULP_PROCESSES = ['pulp-api', 'pulp-content', 'pulp-worker-1', 'pulp-worker-2', 'registry-door'] as const;

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
  const port = await claimPort(site, 'pulp-api');
  const contentPort = await claimPort(site, 'pulp-content');
  const doorPort = await claimPort(site, 'registry-door');

  const settingsFile = join(dir, 'settings.py');
  for (const name of ['media', 'assets', 'tmp']) await mkdir(join(dir, name), { recursive: true });
  await keepDatabaseKey(join(dir, 'database.key'));
  const secretKey = keepPassword(site.dir, 'pulp-secret');
  const settings = { dir, postgres, database: 'pulp', contentPort, secretKey };
  await writeFile(settingsFile, renderPulpSettings(settings), { mode: 0o600 });
  await ensurePulpDatabase({ world: options.world, postgres, name: 'pulp', bin, settingsFile }, options);

  options.onProgress?.('starting its processes');
  const env = { PULP_SETTINGS: settingsFile };
  const start = async (name: string, program: string, ...args: string[]): Promise<ServerProcess> => {
    // gunicorn puts a control socket into its working directory, which two of them cannot share.
    const cwd = join(dir, name);
    await mkdir(cwd, { recursive: true });
    return ensureServer(site, { name, command: join(bin, program), args, env, cwd });
  };
  const [api, content, worker1, worker2, door] = PULP_PROCESSES;
  // A gunicorn worker told to end while it still starts would be waited for in vain.
  const web = ['--timeout', '120', '--graceful-timeout', '5'];
  const servers = [
    await start(api, 'pulpcore-api', '--bind', `127.0.0.1:${port}`, '--workers', '2', ...web),
    await start(content, 'pulpcore-content', '--bind', `127.0.0.1:${contentPort}`, '--workers', '1', ...web),
    await start(worker1, 'pulpcore-worker'),
    await start(worker2, 'pulpcore-worker'),
    await ensureServer(site, {
      name: door,
      command: process.execPath,
      args: ['--import', 'tsx', DOOR, `${doorPort}`, `${port}`],
      // Where tsx is found.
      cwd: PROJECT,
    }),
  ];
  const url = `http://127.0.0.1:${port}`;
  await waitUntilReady(url, servers, site.signal);
  await waitUntilReady(`http://127.0.0.1:${doorPort}`, servers, site.signal);

  const stop = async (): Promise<void> => {
    await Promise.all(PULP_PROCESSES.map((name) => stopServer(site, name)));
    await postgres.stop();
  };
  const registry = `127.0.0.1:${doorPort}`;
  return { world: options.world, url, registry, login: PULP_LOGIN, password: PULP_PASSWORD, stop };
}

const DOOR = fileURLToPath(new URL('registry-door.ts', import.meta.url));

const Status = z.object({ online_workers: z.array(z.unknown()), online_content_apps: z.array(z.unknown()) });

async function waitUntilReady(url: string, servers: readonly ServerProcess[], signal?: AbortSignal): Promise<void> {
  const isReady = async (): Promise<true | undefined> => {
    await expectRunning(servers);
    const answer = await fetch(`${url}/pulp/api/v3/status/`, { signal: signal ?? null }).catch(() => null);
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
