/**
 * The daemon: starts what a configuration asks for, in order, and stops it in the other.
 */
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createDaemon, type Daemon } from './app/daemon.ts';
import { createDashboardDeps } from './app/dashboard.ts';
import { createFrontDeps, createHooksDeps } from './app/fronting.ts';
import { createOrphanApi } from './app/orphaning.ts';
import { createProxyApi } from './app/proxying.ts';
import { openStateDir } from './app/state-dir.ts';
import { openTokenKey, type TokenKey } from './app/token-key.ts';
import { createApi, readReadiness, type View } from './app/views.ts';
import type { Config } from './config.ts';
import { LOCAL_OPERATOR } from './domain/caller.ts';
import { TransportError } from './errors.ts';
import { createFront } from './front/front.ts';
import { errorFields, type Logger } from './log.ts';
import { openRedis, type RedisHandle } from './state/redis.ts';
import type { CallerOf } from './web/access.ts';
import { addApiRoutes } from './web/api.ts';
import { createDashboard } from './web/dashboard.ts';
import { addHealthRoutes } from './web/health.ts';
import { createHooks } from './web/hooks.ts';
import { addNotificationRoutes } from './web/notifications.ts';
import { addOrphanRoutes } from './web/orphans.ts';
import { addProxyRoutes } from './web/proxies.ts';
import { STARTING } from './web/readiness.ts';
import { type Address, describeAddress, openServer, type ServerOptions } from './web/server.ts';

export interface AppOptions {
  readonly version: string;
  readonly log: Logger;
}

export interface App {
  /**
   * Waits for Redis as long as it takes, but not for Pulp or Katello: without them it stays up and says so.
   *
   * @throws E_CONFIG when it cannot run as configured; E_TRANSPORT when the embedded Redis does not start
   */
  start(): Promise<void>;
  /** Stops in half a minute at most; answers the paths whose run did not stop in time. They are run again. */
  stop(): Promise<readonly string[]>;
  /** Fulfilled with the reason when the daemon must not go on. */
  readonly failed: Promise<Error>;
}

/** Of KPR_LISTEN as a unix socket: the web server opens it as a member of our group. */
const GROUP_TOO = 0o660;

export function createApp(config: Config, { version, log }: AppOptions): App {
  const startedAt = new Date();
  const stopping = new AbortController();
  const failure = createPromise<Error>();
  const closers: (() => Promise<unknown>)[] = [];
  let left: readonly string[] = [];
  let view: View | null = null;

  const currentView = (): View => {
    if (view) return view;
    throw new TransportError('redis', 'kpr is starting: Redis has not answered yet');
  };

  /** To be closed by `stop`; at once if that was called meanwhile. @throws AbortError then */
  const keep = async (close: () => Promise<unknown>): Promise<void> => {
    if (!stopping.signal.aborted) return void closers.push(close);
    await close();
    stopping.signal.throwIfAborted();
  };

  const serve = async (at: Address, what: string, options: Omit<ServerOptions, 'onError'>): Promise<void> => {
    const onError: ServerOptions['onError'] = (error, request) =>
      log.error('request failed', { ...request, ...errorFields(error) });
    const server = await openServer(at, { ...options, onError });
    await keep(() => server.close());
    log.info('listening', { what, address: describeAddress(server.address) });
  };

  const addApi = (server: FastifyInstance, callerOf: CallerOf): void => {
    addApiRoutes(server, { ...createApi(config, log, currentView), callerOf });
    addOrphanRoutes(server, { ...createOrphanApi(config, () => currentView().daemon), callerOf });
    addProxyRoutes(server, { ...createProxyApi(config, () => currentView().daemon), callerOf });
    addNotificationRoutes(server, {
      listReceivers: async () => currentView().daemon.notifying.listReceivers(),
      enable: async (n) => currentView().daemon.notifying.enable(n),
      callerOf,
    });
  };

  /** What KPR_LISTEN answers: the token endpoint and hints, and the dashboard with its API. */
  const servePeople = async (daemon: Daemon, redis: RedisHandle, key: TokenKey | null): Promise<void> => {
    const hasDashboard = config.roles.includes('dashboard');
    if (!key && !hasDashboard) return;
    await serve(config.listen, key ? 'front' : 'dashboard', {
      socketMode: GROUP_TOO,
      routes: async (server) => {
        if (key) {
          await server.register(createFront(createFrontDeps({ config, daemon, key, log })));
          await server.register(createHooks(createHooksDeps(config, daemon)));
        }
        if (hasDashboard) {
          await server.register(
            createDashboard(createDashboardDeps({ config, redis, daemon, log, view: currentView, addApi })),
          );
        }
      },
    });
  };

  return {
    failed: failure.promise,

    start: async () => {
      log.info('starting', { version, roles: config.roles, policy: config.policy });
      await openStateDir(config.stateDir);
      await serve({ path: join(config.stateDir, 'api.sock') }, 'api', {
        routes: (server) => addApi(server, () => LOCAL_OPERATOR),
      });
      await serve(config.metricsListen, 'health', {
        routes: (server) =>
          addHealthRoutes(server, {
            readReadiness: async () => (view ? readReadiness(view) : STARTING),
            renderMetrics: async () => currentView().daemon.metrics.render(),
          }),
      });
      const key = config.roles.includes('front') ? await openTokenKey(config, log) : null;

      const { stateDir, caFile } = config;
      const url = config.redis.url?.reveal() ?? null;
      const redis = await openRedis({ url, stateDir, caFile, log }, stopping.signal);
      await keep(() => redis.close());
      const daemon = createDaemon({ config, redis, version, log, onFatal: failure.fulfil });
      await keep(async () => {
        left = await daemon.stop();
      });
      await servePeople(daemon, redis, key);
      view = { config, redis, daemon, key, version, startedAt };
      await daemon.start();

      log.info('started', { durationMs: Date.now() - startedAt.getTime() });
    },

    stop: async () => {
      stopping.abort();
      for (const close of closers.splice(0).toReversed()) {
        await close().catch((error: unknown) => log.warn('a part did not stop well', errorFields(error)));
      }
      log.info('stopped', { left });
      return left;
    },
  };
}

function createPromise<T>(): { promise: Promise<T>; fulfil: (value: T) => void } {
  let fulfil = (_value: T) => {};
  const promise = new Promise<T>((resolve) => {
    fulfil = resolve;
  });
  return { promise, fulfil };
}
