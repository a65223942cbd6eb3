/** Everything at once: a real Pulp, the stand-in for Katello, Redis and the reactor between them. */

import type { Pushable } from '../image/image.ts';
import { push as pushTo } from '../image/push.ts';
import { build } from './build.ts';
import type { StepOptions } from './install.ts';
import { type KatelloServer, startKatello } from './katello.ts';
import type { World } from './pins.ts';
import type { Site } from './process.ts';
import { type PulpServer, startPulp } from './pulp.ts';
import { PREFIX, type ReactorServer, startReactor } from './reactor.ts';
import { type RedisServer, startRedis } from './redis.ts';

export interface WorldOptions extends StepOptions {
  readonly world: World;
  /** absolute; holds all state */
  readonly dir: string;
  /** false: the servers outlive this process; default true */
  readonly isTemporary?: boolean;
  /** whose behaviour the stand-in for Katello takes on */
  readonly katelloVersion?: string;
  /** for the reactor, on top of what it needs */
  readonly reactorEnv?: Readonly<Record<string, string>>;
}

/** The servers of a world. */
export interface Servers {
  readonly pulp: PulpServer;
  readonly katello: KatelloServer;
  readonly redis: RedisServer;
  readonly reactor: ReactorServer;
}

export interface RunningWorld extends Servers {
  readonly site: Site;
  /** Pushes as the sandbox's users do; `path` is a push path, without the prefix. */
  push(path: string, tag: string, pushable: Pushable): Promise<void>;
  /** Starts again whatever of it does not run any more; every address stays. */
  revive(): Promise<void>;
  /** Ends all servers; their state stays. */
  stop(): Promise<void>;
}

/** Builds the product if its sources changed, and starts whatever of the world does not run yet. */
export async function startWorld(options: WorldOptions): Promise<RunningWorld> {
  const site: Site = { dir: options.dir, isTemporary: options.isTemporary ?? true, signal: options.signal };
  const revision = await build(options);
  const start = async (): Promise<Servers> => {
    const [redis, pulp] = await Promise.all([startRedis(site), startPulp(options)]);
    const version = options.katelloVersion;
    const katello = await startKatello(site, { pulp, ...(version !== undefined && { version }) });
    const env = options.reactorEnv ?? {};
    return { redis, pulp, katello, reactor: await startReactor(site, { pulp, katello, redis, revision, env }) };
  };
  const servers = await start();
  const { pulp, katello, redis, reactor } = servers;

  return {
    ...servers,
    site,
    push: (path, tag, pushable) => pushTo(pulp, `${PREFIX}/${path}`, tag, pushable, { signal: options.signal }),
    revive: async () => void (await start()),
    stop: async () => {
      for (const server of [reactor, katello, pulp, redis]) await server.stop();
    },
  };
}
