/**
 * The use case with everything it needs.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clients } from '../clients.ts';
import type { Config } from '../config.ts';
import { createDirectory } from '../katello/directory.ts';
import type { Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import type { Settings } from '../reconcile/deps.ts';
import { createReconciler, type Reconciler } from '../reconcile/reconcile.ts';
import type { Store } from '../state/store.ts';

/** A product that was just made shows up after this time at the latest. */
const DIRECTORY_MS = 15_000;

export function createReconciling(
  config: Config,
  { pulp, katello }: Pick<Clients, 'pulp' | 'katello'>,
  store: Store,
  metrics: Metrics,
  log: Logger,
): Reconciler {
  const { receipts, paths } = store;
  return createReconciler({
    pulp,
    katello,
    directory: createDirectory(katello, { ttlMs: DIRECTORY_MS }),
    settings: settingsOf(config),
    acquireLease: (name, ttlMs) => store.acquireLease(name, ttlMs),
    saveReceipt: (receipt) => receipts.save(receipt),
    findReceipt: (path) => receipts.findLatest(path),
    findSeenAt: (path) => paths.findSeenAt(path),
    readPace: (path) => paths.readPace(path),
    writePace: (path, notBefore) => paths.writePace(path, notBefore),
    scheduleLook: (path, at) => paths.scheduleLook(path, at),
    log: log.child({ component: 'reconcile' }),
    onStage: (stage, durationMs) => metrics.stageTook(stage, durationMs),
    onPublished: (durationMs) => metrics.published(durationMs),
    now: Date.now,
    delay: (ms, signal) => delay(ms, undefined, { signal }),
  });
}

function settingsOf(config: Config): Settings {
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
