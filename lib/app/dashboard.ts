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

export interface Dashboarding {
  readonly config: Config;
  readonly redis: RedisHandle;
  readonly daemon: Daemon;
  readonly log: Logger;
  readonly addApi: (server: FastifyInstance, callerOf: CallerOf) => void;
}

export function createDashboardDeps({ config, redis, daemon, log: parent, addApi }: Dashboarding): DashboardDeps {
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
    queues: daemon.queues.all,
    promote: async (path) => {
      await daemon.store.paths.clearPace(path);
      await daemon.queues.promote(path);
    },
    onFault: (error, { method, url }) => log.error('page failed', { method, url, ...errorFields(error) }),
  };
}
