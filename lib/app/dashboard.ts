/**
 * The dashboard with everything that it needs.
 */
import type { FastifyInstance } from 'fastify';
import type { Config } from '../config.ts';
import { errorFields, type Logger } from '../log.ts';
import { createKeys } from '../state/keys.ts';
import type { RedisHandle } from '../state/redis.ts';
import { createSessions } from '../state/sessions.ts';
import type { CallerOf } from '../web/access.ts';
import type { DashboardDeps } from '../web/dashboard.ts';
import { addressOf, createAccounts } from './accounts.ts';
import type { Daemon } from './daemon.ts';
import { readStatus, type View } from './views.ts';

export interface Dashboarding {
  readonly config: Config;
  readonly redis: RedisHandle;
  readonly daemon: Daemon;
  readonly log: Logger;
  /** @throws E_TRANSPORT until the daemon stands */
  readonly view: () => View;
  readonly addApi: (server: FastifyInstance, callerOf: CallerOf) => void;
}

export function createDashboardDeps({ config, redis, daemon, log: parent, view, addApi }: Dashboarding): DashboardDeps {
  const log = parent.child({ component: 'dashboard' });
  const accounts = createAccounts({ config, daemon, log });
  return {
    sessions: createSessions(createKeys(redis.client, config.redis.prefix), config.sessionMs),
    sessionSeconds: config.sessionMs / 1000,
    origin: config.publicUrl.origin,
    recognize: (request) => accounts.recognize(request),
    signIn: (credential, request) => accounts.signIn(credential, request),
    onSignedIn: ({ login, role }, request) => log.info('signed in', { login, role, client: addressOf(request) }),
    addApi,
    readStatus: async () => readStatus(view()),
    listBriefs: () => daemon.store.receipts.listBriefs(),
    findPushes: (ids) => daemon.store.receipts.findAll(ids),
    readProxies: async () => {
      const { proxies } = daemon.store;
      const [behind, last] = await Promise.all([proxies.listBehind(), proxies.readLast()]);
      return { behind, last };
    },
    listOrphans: (signal) => daemon.orphaning.orphans.list(signal),
    listReceivers: async () => daemon.notifying.listReceivers(),
    registry: config.registryHosts[0] ?? config.publicUrl.host,
    now: Date.now,
    queues: daemon.queues.all,
    promote: async (path) => {
      await daemon.store.paths.clearPace(path);
      await daemon.queues.promote(path);
    },
    onFault: (error, { method, url }) => log.error('page failed', { method, url, ...errorFields(error) }),
  };
}
