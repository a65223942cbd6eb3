/** Everything at once: the push host, a real Pulp behind it, the stand-in for Katello, Redis and the reactor between them. */
import type { Pushable } from '../image/image.ts';
import { push } from '../image/push.ts';
import type { LatencyName } from '../katello/latency.ts';
import { type Kind, startWebServer, type WebServer } from '../web-server/web-server.ts';
import { openWebSite, type WebSite } from '../web-server/web-site.ts';
import { build } from './build.ts';
import type { StepOptions } from './install.ts';
import { type Account, type KatelloServer, startKatello } from './katello.ts';
import type { World } from './pins.ts';
import type { Site } from './process.ts';
import { type PulpServer, startPulp } from './pulp.ts';
import { type PushApi, startPushApi } from './push-api.ts';
import { PREFIX, type ReactorServer, startReactor, tokenKeyFileOf } from './reactor.ts';
import { type RedisServer, startRedis } from './redis.ts';

export interface WorldOptions extends StepOptions {
  readonly world: World;
  /** absolute; holds all state */
  readonly dir: string;
  /** false: the servers outlive this process; default true */
  readonly isTemporary?: boolean;
  /** default apache */
  readonly webServer?: Kind;
  /** whose behaviour the stand-in for Katello takes on */
  readonly katelloVersion?: string;
  /** `real`: the stand-in is as slow as Katello; default `fast` */
  readonly katelloLatency?: LatencyName;
  /** for the reactor, on top of what it needs */
  readonly reactorEnv?: Readonly<Record<string, string>>;
}

/** The servers of a world. */
export interface Servers {
  readonly pulp: PulpServer;
  readonly katello: KatelloServer;
  readonly redis: RedisServer;
  readonly reactor: ReactorServer;
  readonly pushApi: PushApi;
  readonly webServer: WebServer;
}

export interface RunningWorld extends Servers {
  readonly site: Site;
  /** what people push to */
  readonly web: WebSite;
  /** The account of this login in Katello. @throws Error when there is none */
  readonly accountOf: (login: string) => Account;
  /** Pushes through the push host as a user of the sandbox, [dev]; `path` is what people type. */
  push(path: string, tag: string, pushable: Pushable, as?: string): Promise<void>;
  /** Pushes past web server and front, as a client does whose token is still good while they are away. */
  pushToPulp(path: string, tag: string, pushable: Pushable): Promise<void>;
  /** Puts another web server in the place of the one that runs. */
  serveWith(kind: Kind): Promise<void>;
  /** The daemon with these variables on top of what it needs: starts it, or starts it anew if it runs with others. */
  startReactor(env: Readonly<Record<string, string>>): Promise<ReactorServer>;
  /** Starts again whatever of it does not run any more; every address stays. */
  revive(): Promise<void>;
  /** Ends all servers; their state stays. */
  stop(): Promise<void>;
}

/** Builds the product if its sources changed, and starts whatever of the world does not run yet. */
export async function startWorld(options: WorldOptions): Promise<RunningWorld> {
  const { world, signal } = options;
  const site: Site = { dir: options.dir, isTemporary: options.isTemporary ?? true, signal };
  const revision = await build(options);
  const web = await openWebSite(site);
  let kind = options.webServer ?? 'apache';

  const start = async (): Promise<Servers> => {
    const [redis, pulp] = await Promise.all([startRedis(site), startPulp(options)]);
    const { katelloVersion: version, katelloLatency: latency } = options;
    const katello = await startKatello(site, {
      pulp,
      ...(version !== undefined && { version }),
      ...(latency && { latency }),
    });
    const env = options.reactorEnv ?? {};
    const [reactor, pushApi] = await Promise.all([
      startReactor(site, { pulp, katello, redis, web, revision, env }),
      startPushApi(site, { world, realm: `${web.url}/token`, publicKeyFile: tokenKeyFileOf(site) }),
    ]);
    const webServer = await startWebServer(site, web, kind, { pushApi: pushApi.socket, front: reactor.listen });
    return { redis, pulp, katello, reactor, pushApi, webServer };
  };
  const servers = await start();
  const { pulp, katello, redis, reactor, pushApi, webServer } = servers;

  const accountOf = (login: string): Account => {
    const account = [katello.administrator, ...katello.users].find((user) => user.login === login);
    if (account) return account;
    throw new Error(`there is no user ${login}`);
  };
  return {
    ...servers,
    site,
    web,
    accountOf,
    push: (path, tag, pushable, as = 'dev') =>
      push({ url: web.url, ca: web.ca, ...accountOf(as) }, path, tag, pushable, { signal }),
    pushToPulp: (path, tag, pushable) => push(pulp, `${PREFIX}/${path}`, tag, pushable, { signal }),
    serveWith: async (other) => {
      kind = other;
      await startWebServer(site, web, kind, { pushApi: pushApi.socket, front: reactor.listen });
    },
    startReactor: (env) => startReactor(site, { pulp, katello, redis, web, revision, env }),
    revive: async () => void (await start()),
    stop: async () => {
      for (const server of [webServer, reactor, pushApi, katello, pulp, redis]) await server.stop();
    },
  };
}
