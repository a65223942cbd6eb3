/**
 * The parts of a daemon that stand on Redis: store, queues, workers, detector, watch over the systems, schedule; and what
 * its servers share.
 */
import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { type Canary, createCanary } from '../../queues/canary.ts';
import { createQueues, type Queues } from '../../queues/queues.ts';
import { type Appointment, type Schedule, startSchedule } from '../../queues/schedule.ts';
import { createTuner, type Tuner } from '../../queues/tuner.ts';
import { createReconcileWorker, type ReconcileWorker } from '../../queues/workers.ts';
import { type Clients, createClients } from '../clients.ts';
import type { Config, Role } from '../config.ts';
import { createDetector, type Detector } from '../detect/detector.ts';
import { countAlarms } from '../domain/alarm.ts';
import { ConfigError, type System } from '../errors.ts';
import { createThrottle, type Throttle } from '../front/throttle.ts';
import { createDirectory, type Directory } from '../katello/directory.ts';
import { errorFields, type Logger } from '../log.ts';
import { createMetrics, type HintSource, type Metrics } from '../metrics.ts';
import { gatherUntil, stepsBack } from '../reconcile/pace.ts';
import type { Reconciler } from '../reconcile/reconcile.ts';
import type { RedisHandle } from '../state/redis.ts';
import { createStore, type Store } from '../state/store.ts';
import { createUpstreams, isUpstream, type Upstream, type Upstreams } from '../upstreams.ts';
import { deletesPushRepositories, describeCleanup } from './cleanup.ts';
import { goRound } from './drifting.ts';
import { createNotifying, type Notifying } from './notifying.ts';
import { createOrphaning, type Orphaning } from './orphaning.ts';
import { watchOverdue } from './overdue.ts';
import { createProbes } from './probes.ts';
import { countBehind, createProxying, type Proxying } from './proxying.ts';
import { listPaths } from './pushes.ts';
import { createReconciling } from './reconciling.ts';

export interface DaemonOptions {
  readonly config: Config;
  readonly redis: RedisHandle;
  readonly version: string;
  readonly log: Logger;
  /** the daemon must not go on */
  readonly onFatal: (error: Error) => void;
}

export interface Daemon {
  readonly clients: Clients;
  /** Katello by our account, shared by all who make something there */
  readonly directory: Directory;
  /** one for all that ask Katello with logins of people */
  readonly throttle: Throttle;
  readonly store: Store;
  readonly queues: Queues;
  readonly metrics: Metrics;
  readonly reconciler: Reconciler;
  readonly orphaning: Orphaning;
  readonly proxying: Proxying;
  readonly notifying: Notifying;
  readonly upstreams: Upstreams;
  readonly tuner: Tuner;
  /** null where the daemon is no worker */
  readonly canary: Canary | null;
  /** Wakes the detector, in whichever daemon it is. Never fails: a lost hint costs one idle gap. */
  hint(source: HintSource, path: string | null): void;
  /** Asks both systems once and begins to work, whether they answer or not. @throws E_CONFIG on a Katello to keep away from */
  start(): Promise<void>;
  /** Answers the paths whose run did not stop in time. */
  stop(): Promise<readonly string[]>;
}

/** What remains for the servers and Redis makes it half a minute in all. */
const GRACE_MS = 15_000;
const MOST_LOOKS = 100;
/** A product that was just made shows up after this time at the latest. */
const DIRECTORY_MS = 15_000;
/** A path that is pushed again and again lets others pass for this long at most. */
const LONGEST_STEP_BACK_MS = 90_000;

export function createDaemon({ config, redis, version, log, onFatal }: DaemonOptions): Daemon {
  const stopping = new AbortController();
  let fatal: Error | null = null;
  const hasRole = (role: Role) => config.roles.includes(role);
  const { prefix } = config.redis;
  const skipVersionCheck = !redis.tellsVersion;

  const queues = createQueues({ connection: redis.client, prefix, skipVersionCheck });
  const ownStore = createStore({
    redis: redis.client,
    prefix,
    receiptDays: config.receiptDays,
    onLeaseLost: () => metrics.leaseLost(),
  });
  const notifying = createNotifying({ config, version, store: ownStore, queues, metrics: () => metrics, log });
  const store = notifying.listenTo(ownStore);
  const metrics = createMetrics(version, {
    readQueues: () => queues.inspect(),
    readLag: () => readLagSeconds(store),
    countFailedPaths: () => store.paths.countFailed(),
    countAlarms: async () => countAlarms(await store.alarms.list()),
    countOrphans: () => store.orphans.readCounts(),
    countBehind: () => countBehind(store),
    isRedisUp: () => redis.isUp(),
  });

  const count = (system: System, status: number | null) => metrics.upstreamAnswered(system, status);
  const clients = createClients(config, {
    version,
    log: (message, fields) => log.debug(message, { ...fields }),
    onRequest: (system, status) => {
      count(system, status);
      if (isUpstream(system)) upstreams.saw(system, status);
    },
    onUserRequest: count,
  });
  const upstreams = createUpstreams({
    probes: createProbes(createClients(config, { version, maxRetries: 0, onRequest: count })),
    onUp: (system, systemVersion) => {
      fatal ??= findFatal(config, system, systemVersion);
      if (fatal) onFatal(fatal);
    },
    onChange: (isOpen) => void (isOpen ? worker?.resume() : worker?.pause()),
    log,
    now: Date.now,
    delay: (ms, signal) => delay(ms, undefined, { signal }),
  });

  const throttle = createThrottle({
    now: () => performance.now(),
    onFull: () => log.warn('too many failed logins: new ones are refused unasked for five minutes'),
  });
  const directory = createDirectory(clients.katello, { ttlMs: DIRECTORY_MS });
  const orphaning = createOrphaning({ config, clients, store, queues, metrics, tell: notifying.tell, log });
  const reconciler = createReconciling(config, clients, directory, store, metrics, log, (path) => orphaning.hint(path));
  const proxying = createProxying({ config, clients, store, queues, metrics, tell: notifying.tell, log });
  const tuner = createTuner({
    queues,
    acquireLease: (name, ttlMs) => store.acquireLease(name, ttlMs),
    ceiling: config.concurrency,
    now: () => performance.now(),
  });
  const workerOptions = () => ({ connection: redis.connect(), prefix, skipVersionCheck });
  const canary = hasRole('worker') ? createCanary(workerOptions(), nameOf(config)) : null;
  const worker: ReconcileWorker | null = hasRole('worker')
    ? createReconcileWorker({
        ...workerOptions(),
        concurrency: config.concurrency,
        reconcile: async (path, run) => {
          const outcome = await reconciler.reconcile(path, run);
          if (outcome.kind === 'done' && outcome.result === 'published') await proxying.hint(path);
          return outcome;
        },
        paths: store.paths,
        queues,
        check: async (system) => !isUpstream(system) || upstreams.check(system),
        isOpen: () => fatal === null && upstreams.isOpen(),
        onEnded: (outcome) => {
          metrics.reconciled(outcome);
          if (outcome === 'published') tuner.published();
        },
        log: log.child({ component: 'worker' }),
      })
    : null;
  const sweeper = hasRole('worker')
    ? orphaning.createWorker(workerOptions(), {
        check: (system) => upstreams.check(system),
        isOpen: () => fatal === null && upstreams.isOpen(),
      })
    : null;
  const mirroring = hasRole('worker')
    ? proxying.createWorker(workerOptions(), {
        check: (system) => upstreams.check(system),
        isOpen: () => fatal === null && upstreams.isOpen(),
      })
    : null;
  const detector = hasRole('detector') ? createDetecting(config, clients, store, queues, metrics, log) : null;

  const hearHints = async (wakened: Detector): Promise<void> => {
    try {
      await store.hints.hear(redis.connect(), (path) => wakened.hint(path ?? undefined));
    } catch (error) {
      if (stopping.signal.aborted) return;
      log.warn('hints are not heard: pushes are found by looking only', errorFields(error));
    }
  };

  const lookForDrift = async (): Promise<void> => {
    await goRound(
      {
        listPaths: (signal) => listPaths(clients.pulp, config.pathPrefix, signal),
        check: (path, signal) => reconciler.checkDrift(path, signal),
        isOpen: () => upstreams.isOpen(),
        acquireLease: (name, ttlMs) => store.acquireLease(name, ttlMs),
        log: log.child({ component: 'drift' }),
      },
      stopping.signal,
    );
  };
  const lookForLate = (): Promise<void> =>
    watchOverdue({
      paths: store.paths,
      alarms: store.alarms,
      findReceipt: (path) => store.receipts.findLatest(path),
      log: log.child({ component: 'overdue' }),
      now: Date.now,
    });
  const ofReconciling: Appointment[] = worker
    ? [
        { name: 'overdue', cron: '45 * * * * *', run: lookForLate },
        { name: 'drift', cron: '0 23 3 * * *', run: lookForDrift },
      ]
    : [];

  const telling = worker ? notifying.createWorker(workerOptions()) : null;
  const background: Promise<void>[] = [];
  let schedule: Schedule | null = null;

  return {
    clients,
    directory,
    throttle,
    store,
    queues,
    metrics,
    reconciler,
    orphaning,
    proxying,
    notifying,
    upstreams,
    tuner,
    canary,
    hint: (source, path) => {
      metrics.hinted(source);
      store.hints.send(path).catch((error: unknown) => log.debug('hint is lost', { source, error }));
    },
    start: async () => {
      background.push(upstreams.run(stopping.signal));
      await Promise.all([upstreams.check('pulp'), upstreams.check('katello')]);
      if (fatal) throw fatal;
      stopping.signal.throwIfAborted();
      if (worker) {
        await tuner.tick();
        await canary?.send();
        worker.start();
        await orphaning.queue.addSweep();
        sweeper?.start();
        await proxying.queue.addSweep();
        mirroring?.start();
        telling?.start();
      }
      if (detector) {
        background.push(detector.run(stopping.signal));
        void hearHints(detector); // waits for a Redis that is away, and stopping must not
      }
      schedule = startSchedule(
        [...appointments(queues, store, orphaning, proxying, tuner, canary), ...ofReconciling],
        log,
      );
    },
    stop: async () => {
      stopping.abort();
      await schedule?.stop();
      const left = (await worker?.close(GRACE_MS)) ?? [];
      await Promise.allSettled([
        ...background,
        sweeper?.close(GRACE_MS),
        mirroring?.close(GRACE_MS),
        telling?.close(GRACE_MS),
        canary?.close(),
      ]);
      await queues.close();
      return left;
    },
  };
}

function createDetecting(
  config: Config,
  { pulp }: Clients,
  store: Store,
  queues: Queues,
  metrics: Metrics,
  log: Logger,
): Detector {
  return createDetector({
    pulp,
    prefix: config.pathPrefix,
    enqueue: async (path, { seenAt }) => {
      const arrival = await store.paths.markSeen(path, seenAt);
      const notBefore = gatherUntil(arrival);
      if (notBefore !== null) await store.paths.writePace(path, notBefore);
      await queues.add(path);
      if (stepsBack(arrival)) await queues.stepBack(path);
    },
    listHeldPaths: () => store.paths.listHeld(),
    readCursor: () => store.readCursor(),
    writeCursor: (cursor) => store.writeCursor(cursor),
    acquireLease: (name, ttlMs) => store.acquireLease(name, ttlMs),
    log: log.child({ component: 'detector' }),
    onLook: (feed, durationMs) => metrics.pollTook(feed, durationMs),
    now: Date.now,
    delay: (ms, signal) => delay(ms, undefined, { signal }),
    options: config.poll,
  });
}

/** All daemons keep these; a job that two of them add is one job. Only workers have a canary. */
function appointments(
  queues: Queues,
  store: Store,
  orphaning: Orphaning,
  proxying: Proxying,
  tuner: Tuner,
  canary: Canary | null,
): Appointment[] {
  const look = () => store.paths.queueDueLooks(MOST_LOOKS, (path) => queues.add(path));
  const ofWorkers: Appointment[] = canary
    ? [
        { name: 'canary', cron: '*/20 * * * * *', run: () => canary.send() },
        { name: 'orphans', cron: '0 17 * * * *', run: () => orphaning.queue.addSweep() },
        { name: 'proxies', cron: '0 47 * * * *', run: () => proxying.queue.addSweep() },
        { name: 'hurry', cron: '*/5 * * * * *', run: () => queues.hurry(LONGEST_STEP_BACK_MS) },
        { name: 'clocks', cron: '15 * * * * *', run: () => queues.forgetClocksAhead() },
        { name: 'concurrency', cron: '30 * * * * *', run: () => tuner.tick() },
      ]
    : [];
  return [{ name: 'looks', cron: '*/5 * * * * *', run: look }, ...ofWorkers];
}

/** The same after a restart, another for each daemon of a shared Redis. */
function nameOf({ stateDir }: Config): string {
  return createHash('sha256').update(`${hostname()} ${stateDir}`).digest('hex').slice(0, 12);
}

export async function readLagSeconds({ paths }: Store): Promise<number> {
  const oldest = await paths.findOldestUnpublished();
  return oldest ? Math.max(0, (Date.now() - oldest.since) / 1000) : 0;
}

/** Asked again each time that Katello comes back: it may have been upgraded. */
function findFatal({ acceptsCleanup }: Config, system: Upstream, version: string): Error | null {
  if (system !== 'katello' || acceptsCleanup || !deletesPushRepositories(version)) return null;
  return new ConfigError(`${describeCleanup(version)} KPR_ACCEPT_CLEANUP=true starts kpr anyway.`);
}
