/**
 * Deleting what was deleted, with everything that it needs.
 */

import type { QueueOptions } from '../../queues/contract.ts';
import { createOrphanQueue, createOrphanWorker, type OrphanQueue } from '../../queues/orphans.ts';
import type { PathWorker } from '../../queues/path-queue.ts';
import type { Queues } from '../../queues/queues.ts';
import type { Clients } from '../clients.ts';
import type { Config } from '../config.ts';
import { createAlarm } from '../domain/alarm.ts';
import { type Happening, happeningOfOrphan } from '../domain/event.ts';
import { longestGrantMs } from '../front/target.ts';
import { errorFields, type Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { createOrphans, type Orphans } from '../reconcile/orphans/orphans.ts';
import type { Alarms } from '../state/alarms.ts';
import type { Store } from '../state/store.ts';
import { isUpstream, type Upstreams } from '../upstreams.ts';
import type { OrphanApi } from '../web/orphans.ts';

export interface Orphaning {
  readonly orphans: Orphans;
  readonly queue: OrphanQueue;
  /** Something says that the path's Katello repository is gone. Never fails: the next sweep finds it too. */
  hint(path: string): Promise<void>;
  /** Takes jobs, once it is started. */
  createWorker(options: QueueOptions, upstreams: Pick<Upstreams, 'check' | 'isOpen'>): PathWorker;
}

/** What the API answers about orphans; `daemon` throws E_TRANSPORT until it stands. */
export function createOrphanApi(config: Config, daemon: () => { readonly orphaning: Orphaning }): OrphanApi {
  const orphans = () => daemon().orphaning.orphans;
  return {
    prefix: config.pathPrefix,
    listOrphans: async (signal) => orphans().list(signal),
    deleteOrphans: async ({ limit = config.orphans.limit, ...order }, signal) =>
      orphans().delete({ ...order, limit }, signal),
    keepOrphans: async (order, signal) => orphans().keep(order, signal),
  };
}

export interface OrphaningOptions {
  readonly config: Config;
  readonly clients: Pick<Clients, 'pulp' | 'katello'>;
  readonly store: Store;
  readonly queues: Queues;
  readonly metrics: Pick<Metrics, 'orphanDeleted'>;
  readonly tell: (happening: Happening) => void;
  readonly log: Logger;
}

/**
 * A token is decided for half a minute at most after the labels were read, with rows that are a quarter of a minute old;
 * and a manifest arrives some seconds after its token was checked.
 */
const LATE_MS = 60_000;
/** As long as a process that died keeps others from a path. */
const BUSY_MS = 30_000;

export function createOrphaning({
  config,
  clients,
  store,
  queues,
  metrics,
  tell,
  log: parent,
}: OrphaningOptions): Orphaning {
  const log = parent.child({ component: 'orphans' });
  const named = queues.all.find(({ name }) => name === 'orphans');
  if (!named) throw new Error('there is no queue called orphans');
  const queue = createOrphanQueue(named);
  const { cacheMs, seconds: tokenSeconds } = config.token;
  const orphans = createOrphans({
    pulp: clients.pulp,
    katello: clients.katello,
    settings: {
      prefix: config.pathPrefix,
      policy: config.policy,
      quarantineMs: config.orphans.quarantineMs,
      closingMs: longestGrantMs({ cacheMs, tokenSeconds }) + LATE_MS,
      limit: config.orphans.limit,
    },
    acquireLease: (name, ttlMs) => store.acquireLease(name, ttlMs),
    findDeletedAt: (uuid) => store.orphans.findDeletedAt(uuid),
    noteDeleted: (uuid, at) => store.orphans.noteDeleted(uuid, at),
    queueStep: (path, afterMs) => queue.addStep(path, afterMs),
    queueRun: (path) => queues.promote(path),
    log,
    onFound: (orphan) => tell(happeningOfOrphan('found', orphan)),
    onDeleted: (orphan) => {
      metrics.orphanDeleted();
      tell(happeningOfOrphan('deleted', orphan));
    },
    settleLimit: (due) => settleLimit(store.alarms, due),
    now: Date.now,
  });

  return {
    orphans,
    queue,
    hint: async (path) => {
      try {
        await queue.addStep(path, 0);
      } catch (error) {
        log.debug('hint of an orphan is lost', { path, ...errorFields(error) });
      }
    },
    createWorker: (options, upstreams) =>
      createOrphanWorker({
        ...options,
        sweep: async (signal) => {
          const { counts, isWhole } = await orphans.sweep(signal);
          await store.orphans.writeCounts(counts);
          return isWhole ? { kind: 'done' } : { kind: 'again', afterMs: BUSY_MS };
        },
        step: (path, signal) => orphans.step(path, signal),
        check: async (system) => !isUpstream(system) || upstreams.check(system),
        isOpen: () => upstreams.isOpen(),
        log,
      }),
  };
}

/** Redis may be away: the next sweep raises it then. */
async function settleLimit(alarms: Alarms, due: number | null): Promise<void> {
  const about = { source: 'orphans', path: null } as const;
  const raised = { alarm: 'orphan-limit', details: { n: String(due) } } as const;
  await (due === null ? alarms.clear(about) : alarms.raise(createAlarm(about, raised, Date.now()))).catch(() => false);
}
