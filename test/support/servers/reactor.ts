/** The product itself: the daemon as it is installed, against servers of ours. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { publicKeyFile } from '../../../lib/front/keys.ts';
import type { WebSite } from '../web-server/web-site.ts';
import { PROJECT } from './install.ts';
import type { KatelloServer } from './katello.ts';
import { claimPort } from './ports.ts';
import { ensureServer, expectRunning, findServer, killServer, type Site, stopServer } from './process.ts';
import type { PulpServer } from './pulp.ts';
import type { RedisServer } from './redis.ts';
import { waitFor } from './wait.ts';

export interface ReactorServer {
  /** host:port where the web server finds it */
  readonly listen: string;
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
  /** what people push to */
  readonly web: Pick<WebSite, 'url' | 'caFile'>;
  /** hash of the sources it was built from: another one means a restart */
  readonly revision: string;
  /** on top of what it needs */
  readonly env?: Readonly<Record<string, string>>;
}

/** Reserved first segment of every push in Pulp; the web server adds it to what people type. */
export const PREFIX = 'kpr.push';

const NAME = 'reactor';
const BIN = join(PROJECT, 'dist', 'scripts', 'kpr.js');

/** Where Pulp's second API finds the public key, once the daemon was started for the first time. */
export function tokenKeyFileOf(site: Site): string {
  return publicKeyFile(stateDirOf(site));
}

/** Starts the daemon from `dist/`, or finds it running; answers once it is ready to work. */
export async function startReactor(site: Site, options: ReactorOptions): Promise<ReactorServer> {
  const { pulp, katello, redis, web } = options;
  const listen = `127.0.0.1:${await claimPort(site, NAME)}`;
  const metricsListen = `127.0.0.1:${await claimPort(site, NAME, `${NAME}-metrics`)}`;
  const metricsUrl = `http://${metricsListen}`;
  const env = {
    KPR_STATE_DIR: stateDirOf(site),
    KPR_PUBLIC_URL: web.url,
    KPR_CA_FILE: web.caFile,
    KPR_PULP_URL: pulp.url,
    KPR_KATELLO_URL: katello.url,
    KPR_KATELLO_LOGIN: katello.service.login,
    KPR_KATELLO_PASSWORD: katello.service.password,
    KPR_POLICY: 'full',
    KPR_LISTEN: listen,
    KPR_METRICS_LISTEN: metricsListen,
    REDIS_URL: redis.url,
    ...options.env,
  };
  const server = await ensureServer(site, {
    name: NAME,
    command: process.execPath,
    args: [...(await readNodeFlags()), BIN, 'serve'],
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
  return { listen, metricsUrl, env, stop, kill };
}

/** What the first line of the bin gives to Node. */
async function readNodeFlags(): Promise<string[]> {
  const [line = ''] = (await readFile(BIN, 'utf8')).split('\n');
  return line.split(' node ')[1]?.split(' ') ?? [];
}

function stateDirOf(site: Site): string {
  return join(site.dir, NAME);
}
