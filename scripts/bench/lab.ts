/** The world that is measured: a sandbox of its own in a new directory, with Katello as slow as recorded, or fast. */
import { rm } from 'node:fs/promises';
import { type Clients, createClients } from '../../lib/clients.ts';
import { loadConfig } from '../../lib/config.ts';
import type { Pushable } from '../../test/support/image/image.ts';
import type { StepOptions } from '../../test/support/servers/install.ts';
import type { KatelloServer } from '../../test/support/servers/katello.ts';
import type { World } from '../../test/support/servers/pins.ts';
import { type PostgresServer, startPostgres } from '../../test/support/servers/postgres.ts';
import type { Site } from '../../test/support/servers/process.ts';
import { makeTemporaryDir } from '../../test/support/servers/temporary.ts';
import { startWorld } from '../../test/support/servers/world.ts';
import { connectDaemon, type Daemon } from './daemon.ts';
import type { Report } from './report.ts';

/** Pushes an image; `path` is what people type. */
export type Push = (path: string, tag: string, pushable: Pushable) => Promise<void>;

export interface Lab {
  readonly world: World;
  readonly latency: Report['katello'];
  readonly site: Site;
  readonly katello: KatelloServer;
  readonly postgres: PostgresServer;
  /** paths that were pushed already, with what a further push varies */
  readonly pushed: Map<string, string>;
  /** Pushes as people do: with a token, through the web server. */
  readonly push: Push;
  /** Pushes without a token, so that nothing wakes the daemon. */
  readonly pushUnannounced: Push;
  /** Starts the daemon, or starts it anew if it runs with other variables. */
  startDaemon(env?: Readonly<Record<string, string>>): Promise<Daemon>;
  /** Ends the daemon only. */
  stopDaemon(): Promise<void>;
  /** What the daemon asks Pulp and Katello with. */
  clientsOf(daemon: Daemon): Clients;
  /** Ends all and removes the directory. */
  close(): Promise<void>;
}

/** @param latency how slow Katello is */
export async function openLab(world: World, latency: Report['katello'], options: StepOptions): Promise<Lab> {
  const dir = await makeTemporaryDir('bench');
  const running = await startWorld({ world, dir, katelloLatency: latency, ...options });
  const { site, katello } = running;

  return {
    world,
    latency,
    site,
    katello,
    postgres: await startPostgres(site),
    pushed: new Map(),
    push: (path, tag, pushable) => running.push(path, tag, pushable),
    pushUnannounced: (path, tag, pushable) => running.pushToPulp(path, tag, pushable),
    startDaemon: async (env = {}) => connectDaemon(site, await running.startReactor(env)),
    stopDaemon: () => running.reactor.stop(),
    clientsOf: ({ env }) => createClients(loadConfig(env), { version: 'bench' }),
    close: async () => {
      await running.stop();
      await rm(dir, { recursive: true });
    },
  };
}
