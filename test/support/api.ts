/** An API whose answers a test makes by hand. */
import type { FastifyInstance } from 'fastify';
import { type Caller, LOCAL_OPERATOR } from '../../lib/domain/caller.ts';
import { type ApiDeps, addApiRoutes } from '../../lib/web/api.ts';
import { createServer } from '../../lib/web/server.ts';
import type { Status } from '../../lib/web/status.ts';

/** A daemon that has nothing to tell. */
export const EMPTY_STATUS: Status = {
  isReady: true,
  checks: [],
  version: '0.0.0',
  startedAt: new Date(0),
  roles: ['worker'],
  redis: 'embedded',
  policy: 'full',
  lagSeconds: 0,
  failedPaths: 0,
  concurrency: { level: 1, ceiling: 1 },
  upstreams: {
    pulp: { state: 'up', since: new Date(0), error: null, version: null },
    katello: { state: 'up', since: new Date(0), error: null, version: null },
  },
  queues: [],
  alarms: [],
};

/** Nothing was pushed, and what is ordered is done at once. */
export function createFakeApi(over: Partial<ApiDeps> = {}): ApiDeps {
  return {
    prefix: 'kpr.push',
    readStatus: async () => EMPTY_STATUS,
    listPushes: async () => ({ items: [], next: null }),
    findPush: async () => null,
    plan: async () => null,
    explain: async (path) => ({
      path,
      pulpName: `kpr.push/${path}`,
      katello: { organizationId: null, productId: null, repositoryId: null },
      points: [],
    }),
    waitFor: async ({ path, tag, digest }) => ({
      path,
      tag,
      digest,
      isDone: true,
      katello: { isServed: true },
      proxies: [],
      push: null,
      message: '',
      error: null,
    }),
    listPaths: async () => [],
    promote: async () => undefined,
    unpin: async () => undefined,
    names: ['reconcile', 'proxies'],
    listQueues: async () => [],
    findJobState: async () => null,
    change: async ({ action }) => ({ isPaused: action === 'pause', jobs: 0 }),
    listFailedPaths: async () => [],
    retry: async () => undefined,
    rollBack: async () => null,
    ...over,
  };
}

/** The server of an API, to be asked by `inject` and closed; everybody is this caller. @param prepare before any route */
export function createApiServer(
  api: ApiDeps,
  caller: () => Caller = () => LOCAL_OPERATOR,
  prepare: (server: FastifyInstance) => void = () => undefined,
): FastifyInstance {
  const server = createServer((error) => {
    throw error;
  });
  prepare(server);
  addApiRoutes(server, { ...api, callerOf: caller });
  return server;
}
