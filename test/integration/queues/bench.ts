/** Queues and a worker on a real Redis, with a use case that the test decides. */
import { randomUUID } from 'node:crypto';
import type { System } from '../../../lib/errors.ts';
import { createStore, type Store } from '../../../lib/state/store.ts';
import { createQueues, type Queues } from '../../../queues/queues.ts';
import type { Outcome } from '../../../queues/verdict.ts';
import { createReconcileWorker, type ReconcileWorker, type Run } from '../../../queues/workers.ts';
import { silentLog, type TestRedis } from '../../support/state.ts';
import { until } from '../../support/until.ts';

export type UseCase = (path: string, run: Run, nth: number) => Promise<Outcome>;

export const done: Outcome = { kind: 'done', result: 'published' };

export interface Bench {
  readonly queues: Queues;
  readonly store: Store;
  readonly worker: ReconcileWorker;
  /** paths in the order in which runs began */
  readonly runs: string[];
  readonly outcomes: string[];
  /** systems that do not answer when they are asked */
  readonly down: Set<System>;
  /** They answer again. */
  reopen(): Promise<void>;
  readonly prefix: string;
  untilRuns(count: number): Promise<unknown>;
  /** Until nothing waits, runs or is delayed. */
  untilIdle(): Promise<unknown>;
  counts(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

export interface BenchOptions {
  readonly concurrency?: number;
  readonly lockMs?: number;
  readonly prefix?: string;
}

export function openBench(redis: TestRedis, useCase: UseCase, options: BenchOptions = {}): Bench {
  const { concurrency = 4, lockMs = 10_000, prefix = `{${randomUUID()}}` } = options;
  const queues = createQueues({ connection: redis.client, prefix, skipVersionCheck: false });
  const store = createStore({ redis: redis.client, prefix, receiptDays: 1, onLeaseLost: () => undefined });
  const runs: string[] = [];
  const outcomes: string[] = [];
  const down = new Set<System>();
  let isOpen = true;
  const worker = createReconcileWorker({
    connection: redis.connect(),
    prefix,
    skipVersionCheck: false,
    concurrency,
    lockMs,
    backoffMs: () => 1,
    reconcile: (path, run) => {
      runs.push(path);
      return useCase(path, run, runs.filter((other) => other === path).length);
    },
    paths: store.paths,
    queues,
    check: async (system) => {
      if (!down.has(system)) return true;
      isOpen = false;
      await worker.pause();
      return false;
    },
    isOpen: () => isOpen,
    onEnded: (outcome) => outcomes.push(outcome),
    log: silentLog,
  });
  const counts = async () => (await queues.inspect())[0]?.states ?? {};

  return {
    queues,
    store,
    worker,
    runs,
    outcomes,
    down,
    prefix,
    reopen: async () => {
      isOpen = true;
      down.clear();
      await worker.resume();
    },
    counts,
    untilRuns: (count) => until(`run ${count}`, () => runs.length >= count),
    untilIdle: () =>
      until('an idle queue', async () => {
        const { waiting, active, delayed } = await counts();
        return waiting === 0 && active === 0 && delayed === 0;
      }),
    close: async () => {
      await worker.close(5000);
      await queues.close();
    },
  };
}

/** A gate that a run waits at until the test opens it. */
export function createGate(): { wait: Promise<void>; open: () => void } {
  let open = () => {};
  const wait = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { wait, open };
}
