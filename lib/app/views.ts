/**
 * What a daemon says of itself: readiness, status, and the answers of the API.
 */
import type { Config } from '../config.ts';
import { describeError, type Logger } from '../log.ts';
import { type RollbackDeps, rollBack } from '../reconcile/rollback.ts';
import type { RedisHandle } from '../state/redis.ts';
import type { ApiDeps } from '../web/api.ts';
import { judgeReadiness, type Readiness } from '../web/readiness.ts';
import type { Status } from '../web/status.ts';
import { type Daemon, readLagSeconds } from './daemon.ts';
import { explainPath } from './explaining.ts';
import { dropPins, listPaths } from './pushes.ts';
import { createQueueApi, inspectQueues } from './queueing.ts';
import { reconcileSettings } from './reconciling.ts';
import type { TokenKey } from './token-key.ts';
import { waitForArrival } from './waiting.ts';

export interface View {
  readonly config: Config;
  readonly redis: RedisHandle;
  readonly daemon: Daemon;
  /** null where the daemon is no front */
  readonly key: TokenKey | null;
  readonly version: string;
  readonly startedAt: Date;
}

export async function readReadiness({ config, redis, daemon, key, startedAt }: View): Promise<Readiness> {
  const lastAt = daemon.canary?.lastAt() ?? null;
  return judgeReadiness({
    roles: config.roles,
    redisProblem: await findRedisProblem(redis, daemon),
    canaryAgeMs: lastAt === null ? null : Date.now() - lastAt,
    uptimeMs: Date.now() - startedAt.getTime(),
    upstreams: daemon.upstreams.states(),
    keyProblem: key?.findProblem() ?? null,
  });
}

/** While Redis is away, what only it knows is null. */
export async function readStatus(view: View): Promise<Status> {
  const { config, redis, daemon, version, startedAt } = view;
  const { store, upstreams, tuner } = daemon;
  const readiness = await readReadiness(view);
  const isRedisOk = readiness.checks.every(({ name, isOk }) => name !== 'redis' || isOk);
  return {
    ...readiness,
    version,
    startedAt,
    roles: config.roles,
    redis: redis.kind,
    policy: config.policy,
    concurrency: { level: tuner.level(), ceiling: config.concurrency },
    upstreams: upstreams.states(),
    lagSeconds: isRedisOk ? await readLagSeconds(store) : null,
    failedPaths: isRedisOk ? await store.paths.countFailed() : null,
    queues: isRedisOk ? await inspectQueues(daemon) : null,
    alarms: isRedisOk ? await store.alarms.list() : null,
  };
}

/** The API on a daemon that may still be starting: `view` throws E_TRANSPORT until it stands. */
export function createApi(config: Config, log: Logger, view: () => View): ApiDeps {
  const prefix = config.pathPrefix;
  const daemon = () => view().daemon;
  return {
    prefix,
    readStatus: async () => readStatus(view()),
    listPushes: async (query) => daemon().store.receipts.list(query),
    findPush: async (id) => daemon().store.receipts.find(id),
    plan: async (path, signal) => daemon().reconciler.plan(path, signal),
    explain: async (path, signal) => explainPath(config, daemon(), path, signal),
    waitFor: async (awaited, timeoutMs, signal) => waitForArrival(config, daemon(), awaited, timeoutMs, signal),
    listPaths: async (signal) => listPaths(daemon().clients.pulp, prefix, signal),
    promote: async (path) => {
      const { store, queues } = daemon();
      await store.paths.clearPace(path);
      await queues.promote(path);
    },
    unpin: async (path, signal) => dropPins(daemon().clients, prefix, path, signal),
    ...createQueueApi(daemon),
    rollBack: async (order, signal) => {
      const { clients, directory, store, queues } = daemon();
      const deps: RollbackDeps = {
        ...clients,
        directory,
        settings: reconcileSettings(config),
        noteRollback: (uuid, version, note) => store.rollbacks.write(uuid, version, note),
        forgetRollback: (uuid, version) => store.rollbacks.forget(uuid, version),
        queueRun: (path) => queues.promote(path),
        log,
      };
      return rollBack(deps, order, signal);
    },
  };
}

async function findRedisProblem(redis: RedisHandle, { store }: Daemon): Promise<string | null> {
  const outage = redis.outage();
  if (outage) return `away since ${outage.since.toISOString()}: ${outage.error}`;
  try {
    await store.checkWritable();
    return null;
  } catch (error) {
    return describeError(error);
  }
}
