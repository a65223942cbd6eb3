/**
 * The use case with everything it needs.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clients } from '../clients.ts';
import type { Config } from '../config.ts';
import { createAlarm } from '../domain/alarm.ts';
import { findPusher } from '../domain/pusher.ts';
import { longestGrantMs } from '../front/target.ts';
import type { Directory } from '../katello/directory.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { RaisedAlarm, Settings } from '../reconcile/deps.ts';
import { createReconciler, type Reconciler } from '../reconcile/reconcile.ts';
import type { Alarms } from '../state/alarms.ts';
import type { Store } from '../state/store.ts';

export function createReconciling(
  config: Config,
  { pulp, katello }: Pick<Clients, 'pulp' | 'katello'>,
  directory: Directory,
  store: Store,
  metrics: Metrics,
  log: Logger,
  onOrphaned: (path: string) => Promise<void>,
): Reconciler {
  const { receipts, paths, grants, rollbacks } = store;
  const grantMs = longestGrantMs({ cacheMs: config.token.cacheMs, tokenSeconds: config.token.seconds });
  return createReconciler({
    pulp,
    katello,
    directory,
    settings: reconcileSettings(config),
    acquireLease: (name, ttlMs) => store.acquireLease(name, ttlMs),
    saveReceipt: (receipt) => receipts.save(receipt),
    findReceipt: (path) => receipts.findLatest(path),
    findSeenAt: (path) => paths.findSeenAt(path),
    findOrigin: async ({ path, uuid, version, claimedVersion }) => {
      const rollback = await rollbacks.find(uuid, version);
      if (rollback) return { kind: 'rollback', ...rollback };
      const claimed = claimedVersion === null ? null : await receipts.find(`${uuid}@${claimedVersion}`);
      const user = findPusher(await grants.list(path), claimed ? Date.parse(claimed.pushedAt) : 0, grantMs);
      return { kind: 'push', user, note: null };
    },
    readPace: (path) => paths.readPace(path),
    writePace: (path, notBefore) => paths.writePace(path, notBefore),
    scheduleLook: (path, at) => paths.scheduleLook(path, at),
    onOrphaned,
    settleAlarm: (path, raised) => settleAlarm(store.alarms, path, raised),
    log: log.child({ component: 'reconcile' }),
    onStage: (stage, durationMs) => metrics.stageTook(stage, durationMs),
    onPublished: (durationMs) => metrics.published(durationMs),
    now: Date.now,
    delay: (ms, signal) => delay(ms, undefined, { signal }),
  });
}

/** Redis may be away: then an alarm is told once more rather than not at all. */
async function settleAlarm(alarms: Alarms, path: string, raised: RaisedAlarm | null): Promise<boolean> {
  const about = { source: 'run', path } as const;
  try {
    return await (raised ? alarms.raise(createAlarm(about, raised, Date.now())) : alarms.clear(about));
  } catch {
    return true;
  }
}

/** What a person set, as a reconcile and the making of a push product want it. */
export function reconcileSettings(config: Config): Settings {
  return {
    prefix: config.pathPrefix,
    pushProduct: config.pushProduct.name,
    mayCreatePushProduct: config.pushProduct.mayCreate,
    policy: config.policy,
    superseded: config.superseded,
    organizationsAllow: config.organizations.allow,
    organizationsDeny: config.organizations.deny,
    katelloHost: config.katello.url.host,
  };
}
