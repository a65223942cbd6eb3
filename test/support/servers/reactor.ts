/** The product itself: the daemon as it is installed, against servers of ours. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PROJECT } from './install.ts';
import type { KatelloServer } from './katello.ts';
import { claimPort } from './ports.ts';
import { ensureServer, expectRunning, findServer, killServer, type Site, stopServer } from './process.ts';
import type { PulpServer } from './pulp.ts';
import type { RedisServer } from './redis.ts';
import { waitFor } from './wait.ts';

export interface ReactorServer {
  readonly url: string;
  /** health and metrics */
  readonly metricsUrl: string;
  /** what the daemon was started with, secrets included */
  readonly env: Readonly<Record<string, string>>;
  stop(): Promise<void>;
  /** Ends it at once, as a crash would. */
  kill(): Promise<void>;
}

export interface ReactorOptions {
  readonly pulp: PulpServer;
  readonly katello: KatelloServer;
  readonly redis: RedisServer;
  /** hash of the sources it was built from: another one means a restart */
  readonly revision: string;
  /** on top of what it needs */
  readonly env?: Readonly<Record<string, string>>;
}

/** Reserved first segment of every push; while no web server adds it, users type it. */
export const PREFIX = 'kpr.push';

const NAME = 'reactor';

/** Starts the daemon from `dist/`, or finds it running; answers once it is ready to work. */
export async function startReactor(site: Site, options: ReactorOptions): Promise<ReactorServer> {
  const { pulp, katello, redis } = options;
  const port = await claimPort(site, NAME);
  const metricsPort = await claimPort(site, NAME, `${NAME}-metrics`);
  const stateDir = join(site.dir, 'reactor');
  await mkdir(stateDir, { recursive: true, mode: 0o700 });

  const url = `http://127.0.0.1:${port}`;
  const metricsUrl = `http://127.0.0.1:${metricsPort}`;
  const env = {
    KPR_STATE_DIR: stateDir,
    KPR_PUBLIC_URL: url,
    KPR_PULP_URL: pulp.url,
    KPR_PULP_LOGIN: pulp.login,
    KPR_PULP_PASSWORD: pulp.password,
    KPR_KATELLO_URL: katello.url,
    KPR_KATELLO_LOGIN: katello.service.login,
    KPR_KATELLO_PASSWORD: katello.service.password,
    KPR_POLICY: 'full',
    KPR_PATH_PREFIX: PREFIX,
    KPR_REGISTRY_HOSTS: pulp.registry,
    KPR_LISTEN: `127.0.0.1:${port}`,
    KPR_METRICS_LISTEN: `127.0.0.1:${metricsPort}`,
    REDIS_URL: redis.url,
    ...options.env,
  };
  const server = await ensureServer(site, {
    name: NAME,
    command: process.execPath,
    args: [join(PROJECT, 'dist', 'scripts', 'kpr.js'), 'serve'],
    env,
    revision: options.revision,
  });
  const isReady = async (): Promise<true | undefined> => {
    await expectRunning([server]);
    const answer = await fetch(`${metricsUrl}/readyz`, { signal: site.signal ?? null }).catch(() => null);
    return answer?.ok === true ? true : undefined;
  };
  await waitFor('a ready reactor', isReady, { timeoutMs: 60_000, signal: site.signal });

  const stop = async (): Promise<void> => void (await stopServer(site, NAME));
  const kill = async (): Promise<void> => {
    const running = await findServer(site, NAME);
    if (running !== null) await killServer(running);
  };
  return { url, metricsUrl, env, stop, kill };
}
