/** The world that is measured: a sandbox of its own in a new directory, with Katello as slow as recorded. */
import { rm } from 'node:fs/promises';
import { type Clients, createClients } from '../../lib/clients.ts';
import { loadConfig } from '../../lib/config.ts';
import { build } from '../../test/support/servers/build.ts';
import type { StepOptions } from '../../test/support/servers/install.ts';
import { type KatelloServer, startKatello } from '../../test/support/servers/katello.ts';
import type { World } from '../../test/support/servers/pins.ts';
import { type PostgresServer, startPostgres } from '../../test/support/servers/postgres.ts';
import type { Site } from '../../test/support/servers/process.ts';
import { type PulpServer, startPulp } from '../../test/support/servers/pulp.ts';
import { startReactor } from '../../test/support/servers/reactor.ts';
import { startRedis } from '../../test/support/servers/redis.ts';
import { makeTemporaryDir } from '../../test/support/servers/temporary.ts';
import { openWebSite } from '../../test/support/web-server/web-site.ts';
import { connectDaemon, type Daemon } from './daemon.ts';

export interface Lab {
  readonly world: World;
  readonly site: Site;
  readonly pulp: PulpServer;
  readonly katello: KatelloServer;
  readonly postgres: PostgresServer;
  /** paths that were pushed already, with what a further push varies */
  readonly pushed: Map<string, string>;
  /** Starts the daemon, or starts it anew if it runs with other variables. */
  startDaemon(env?: Readonly<Record<string, string>>): Promise<Daemon>;
  /** Ends the daemon only. */
  stopDaemon(): Promise<void>;
  /** What the daemon asks Pulp and Katello with. */
  clientsOf(daemon: Daemon): Clients;
  /** Ends all and removes the directory. */
  close(): Promise<void>;
}

export async function openLab(world: World, options: StepOptions): Promise<Lab> {
  const dir = await makeTemporaryDir('bench');
  const site: Site = { dir, isTemporary: true, signal: options.signal };
  const revision = await build(options);
  const redis = await startRedis(site);
  const pulp = await startPulp({ world, dir, ...options });
  const katello = await startKatello(site, { pulp, latency: 'real' });
  // Pushes go straight to Pulp: what is measured begins behind it.
  const web = await openWebSite(site);
  let stopDaemon = async (): Promise<void> => {};

  return {
    world,
    site,
    pulp,
    katello,
    postgres: await startPostgres(site),
    pushed: new Map(),
    startDaemon: async (env = {}) => {
      const reactor = await startReactor(site, { pulp, katello, redis, web, revision, env });
      stopDaemon = () => reactor.stop();
      return connectDaemon(site, reactor);
    },
    stopDaemon: () => stopDaemon(),
    clientsOf: ({ env }) => createClients(loadConfig(env), { version: 'bench' }),
    close: async () => {
      await stopDaemon();
      for (const server of [katello, pulp, redis]) await server.stop();
      await rm(dir, { recursive: true });
    },
  };
}
