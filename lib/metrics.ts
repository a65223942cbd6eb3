/**
 * Every number that the reactor shows to Prometheus. Labels hold closed lists only, never a path, tag or user.
 */
import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { ALARMS, type AlarmReason } from './domain/reason.ts';
import type { System } from './errors.ts';

const SHORT = [0.01, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LONG = [0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800];

/** What is asked at each scrape. */
export interface Readings {
  /** jobs by queue and state, and the age in seconds of each queue's oldest waiting job */
  readQueues(): Promise<readonly { queue: string; states: Readonly<Record<string, number>>; oldestSeconds: number }[]>;
  /** age in seconds of the oldest push that is not published; 0 when there is none */
  readLag(): Promise<number>;
  countFailedPaths(): Promise<number>;
  /** orphans by state at the last sweep */
  countOrphans(): Promise<Readonly<Record<string, number>>>;
  /** paths that a smart proxy lacks, by its name */
  countBehind(): Promise<Readonly<Record<string, number>>>;
  /** alarms that last, by kind */
  countAlarms(): Promise<Readonly<Partial<Record<AlarmReason, number>>>>;
  isRedisUp(): boolean;
}

/** Where a hint comes from. */
export type HintSource = 'token' | 'cloudevents' | 'distribution' | 'plain';

export interface Metrics {
  pollTook(feed: 'tasks' | 'repositories', durationMs: number): void;
  reconciled(outcome: string): void;
  stageTook(stage: string, durationMs: number): void;
  /** from the time of the push to its verification */
  published(durationMs: number): void;
  /** `status` null: no answer */
  upstreamAnswered(system: System, status: number | null): void;
  leaseLost(): void;
  /** Something said that there may be a push. */
  hinted(source: HintSource): void;
  /** The token endpoint answered. */
  tokenAnswered(outcome: 'granted' | 'refused' | 'anonymous' | 'error'): void;
  orphanDeleted(): void;
  /** An event was sent to a receiver, or not. */
  notified(outcome: 'delivered' | 'retried' | 'given-up' | 'disabled'): void;
  /** A path came to an end on a smart proxy, or to another trouble. */
  proxySynced(outcome: 'served' | 'skipped' | 'failed'): void;
  /** In Prometheus' text format. A reading that fails leaves its gauge as it was. */
  render(): Promise<{ contentType: string; body: string }>;
}

export function createMetrics(version: string, readings: Readings): Metrics {
  const registry = new Registry();
  const registers = [registry];
  const counter = <T extends string>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Counter({ name: `kpr_${name}`, help, labelNames, registers });
  const gauge = <T extends string>(name: string, help: string, labelNames: readonly T[] = []) =>
    new Gauge({ name: `kpr_${name}`, help, labelNames, registers });
  const histogram = <T extends string>(name: string, help: string, buckets: number[], labelNames: readonly T[] = []) =>
    new Histogram({ name: `kpr_${name}`, help, labelNames, buckets, registers });

  gauge('build_info', 'The version that runs', ['version']).set({ version }, 1);
  const poll = histogram('poll_duration_seconds', 'Time of one look at Pulp', SHORT, ['feed']);
  const reconcile = counter('reconcile_total', 'Finished runs', ['outcome']);
  const stage = histogram('stage_seconds', 'Time of one stage of a run', LONG, ['stage']);
  const pushToKatello = histogram('push_to_katello_seconds', 'From push to verified in Katello', LONG);
  const upstream = counter('upstream_requests_total', 'Answers of Pulp and Katello', ['system', 'status']);
  const leaseLost = counter('lease_lost_total', 'Leases that another process took over');
  const hints = counter('hints_total', 'Hints that there may be a push', ['source']);
  const tokens = counter('tokens_total', 'Answers of the token endpoint', ['outcome']);
  const notifications = counter('notifications_total', 'Events sent to others', ['outcome']);
  const orphansDeleted = counter('orphans_deleted_total', 'Push repositories that were deleted as orphans');

  const proxySyncs = counter('proxy_sync_total', 'What became of paths on smart proxies', ['outcome']);
  const proxyBehind = gauge('proxy_behind', 'Paths that a smart proxy lacks', ['proxy']);

  const orphans = gauge('orphans', 'Push repositories whose Katello repository is gone', ['state']);
  const lag = gauge('lag_seconds', 'Age of the oldest push that is not published');
  const jobs = gauge('queue_jobs', 'Jobs', ['queue', 'state']);
  const oldest = gauge('queue_oldest_seconds', 'Age of the oldest waiting job', ['queue']);
  const failedPaths = gauge('failed_paths', 'Paths whose last run failed');
  const alarms = gauge('alarms', 'What a person has to look at', ['alarm']);
  const redisUp = gauge('redis_up', '1 while Redis answers');

  const read = async () => {
    redisUp.set(readings.isRedisUp() ? 1 : 0);
    lag.set(await readings.readLag());
    failedPaths.set(await readings.countFailedPaths());
    for (const [state, count] of Object.entries(await readings.countOrphans())) orphans.set({ state }, count);
    const behind = await readings.countBehind();
    proxyBehind.reset(); // a proxy that was removed is behind with nothing
    for (const [proxy, count] of Object.entries(behind)) proxyBehind.set({ proxy }, count);
    const raised = await readings.countAlarms();
    for (const alarm of ALARMS) alarms.set({ alarm }, raised[alarm] ?? 0);
    for (const { queue, states, oldestSeconds } of await readings.readQueues()) {
      oldest.set({ queue }, oldestSeconds);
      for (const [state, count] of Object.entries(states)) jobs.set({ queue, state }, count);
    }
  };

  return {
    pollTook: (feed, durationMs) => poll.observe({ feed }, durationMs / 1000),
    reconciled: (outcome) => reconcile.inc({ outcome }),
    stageTook: (name, durationMs) => stage.observe({ stage: name }, durationMs / 1000),
    published: (durationMs) => pushToKatello.observe(durationMs / 1000),
    upstreamAnswered: (system, status) => upstream.inc({ system, status: statusClass(status) }),
    leaseLost: () => leaseLost.inc(),
    hinted: (source) => hints.inc({ source }),
    tokenAnswered: (outcome) => tokens.inc({ outcome }),
    orphanDeleted: () => orphansDeleted.inc(),
    notified: (outcome) => notifications.inc({ outcome }),
    proxySynced: (outcome) => proxySyncs.inc({ outcome }),
    render: async () => {
      await read().catch(() => undefined); // Redis is away: redis_up tells
      return { contentType: registry.contentType, body: await registry.metrics() };
    },
  };
}

function statusClass(status: number | null): string {
  return status === null ? 'none' : `${Math.floor(status / 100)}xx`;
}
