/**
 * A reactor in this process, of the same parts as the daemon but for the detector, in which whatever waits by design
 * waits a moment only: a path that must not publish yet, a system that is away, the pause between two attempts.
 */
import { randomUUID } from 'node:crypto';
import { createProbes } from '../../../lib/app/probes.ts';
import type { Logger } from '../../../lib/log.ts';
import type { ReconcileDeps } from '../../../lib/reconcile/deps.ts';
import { createReconciler } from '../../../lib/reconcile/reconcile.ts';
import { createStore } from '../../../lib/state/store.ts';
import { createUpstreams, isUpstream } from '../../../lib/upstreams.ts';
import { createQueues, type Queues } from '../../../queues/queues.ts';
import { createReconcileWorker } from '../../../queues/workers.ts';
import type { LabOptions } from '../lab.ts';
import { silentLog, type TestRedis } from '../state.ts';
import { type FaultyLab, startFaultyLab } from './faulty-lab.ts';
import type { FaultProxyOptions } from './proxy.ts';

const MOMENT_MS = 20;
const CONCURRENCY = 8;

export interface ShortWaits {
  readonly lab: FaultyLab;
  readonly queues: Queues;
  /** how often runs ended how: published, unchanged, waiting, retried, failed, … */
  readonly endings: ReadonlyMap<string, number>;
  close(): Promise<void>;
}

export interface ShortWaitsOptions {
  readonly redis: TestRedis;
  readonly lab: LabOptions;
  readonly proxying?: FaultProxyOptions;
}

export async function startWithShortWaits({ redis, lab: options, proxying }: ShortWaitsOptions): Promise<ShortWaits> {
  const log: Logger = { ...silentLog, child: () => log };
  const prefix = `{${randomUUID()}}`;
  const queues = createQueues({ connection: redis.client, prefix, skipVersionCheck: true });
  const store = createStore({ redis: redis.client, prefix, receiptDays: 1, onLeaseLost: () => undefined });
  const endings = new Map<string, number>();
  const stopping = new AbortController();

  const lab = await startFaultyLab(options, proxying);
  const deps: ReconcileDeps = {
    ...lab.deps,
    acquireLease: (name, ttlMs) => store.acquireLease(name, ttlMs),
    saveReceipt: (receipt) => store.receipts.save(receipt),
    findReceipt: (path) => store.receipts.findLatest(path),
    findSeenAt: (path) => store.paths.findSeenAt(path),
    readPace: async () => null,
    now: Date.now,
  };
  const reconciler = createReconciler(deps);
  const upstreams = createUpstreams({
    probes: createProbes(lab),
    onUp: () => undefined,
    onChange: (isOpen) => void (isOpen ? worker.resume() : worker.pause()),
    log,
    now: Date.now,
    delay: deps.delay,
  });
  const worker = createReconcileWorker({
    connection: redis.connect(),
    prefix,
    skipVersionCheck: true,
    concurrency: CONCURRENCY,
    backoffMs: () => MOMENT_MS,
    reconcile: async (path, run) => {
      const outcome = await reconciler.reconcile(path, run);
      return outcome.kind === 'again' ? { ...outcome, afterMs: Math.min(outcome.afterMs, MOMENT_MS) } : outcome;
    },
    paths: store.paths,
    queues: { ...queues, slowDown: () => queues.slowDown(MOMENT_MS) },
    check: async (system) => !isUpstream(system) || upstreams.check(system),
    isOpen: () => upstreams.isOpen(),
    onEnded: (ending) => void endings.set(ending, (endings.get(ending) ?? 0) + 1),
    log,
  });
  const watching = upstreams.run(stopping.signal);
  worker.start();

  return {
    lab,
    queues,
    endings,
    close: async () => {
      stopping.abort();
      await watching;
      await worker.close(5000);
      await queues.close();
      await lab.close();
    },
  };
}
