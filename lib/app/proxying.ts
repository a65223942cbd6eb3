/**
 * Smart proxies, with everything that seeing to them needs.
 */
import type { QueueOptions } from '../../queues/contract.ts';
import type { PathWorker } from '../../queues/path-queue.ts';
import { createProxyQueue, createProxyWorker, type ProxyQueue } from '../../queues/proxies.ts';
import type { Queues } from '../../queues/queues.ts';
import type { Clients } from '../clients.ts';
import type { Config } from '../config.ts';
import { type Happening, happeningOfProxy } from '../domain/event.ts';
import { errorFields, type Logger } from '../log.ts';
import type { Metrics } from '../metrics.ts';
import { createProxies, type Proxies } from '../reconcile/proxies/proxies.ts';
import type { Store } from '../state/store.ts';
import { isUpstream, type Upstreams } from '../upstreams.ts';
import type { ProxyApi } from '../web/proxies.ts';

export interface Proxying {
  readonly proxies: Proxies;
  readonly queue: ProxyQueue;
  /** A path was published. Never fails: the next sweep finds it too. */
  hint(path: string): Promise<void>;
  /** Takes jobs, once it is started. */
  createWorker(options: QueueOptions, upstreams: Pick<Upstreams, 'check' | 'isOpen'>): PathWorker;
}

/** What the API answers about smart proxies; `daemon` throws E_TRANSPORT until it stands. */
export function createProxyApi(config: Config, daemon: () => { readonly proxying: Proxying }): ProxyApi {
  const proxies = () => daemon().proxying.proxies;
  return {
    prefix: config.pathPrefix,
    readStatus: async (signal) => proxies().readStatus(signal),
    sync: async (order, signal) => proxies().sync(order, signal),
  };
}

export interface ProxyingOptions {
  readonly config: Config;
  readonly clients: Pick<Clients, 'pulp' | 'katello' | 'proxies' | 'registries'>;
  readonly store: Store;
  readonly queues: Queues;
  readonly metrics: Pick<Metrics, 'proxySynced'>;
  readonly tell: (happening: Happening) => void;
  readonly log: Logger;
}

/** How many paths each smart proxy lacks; one that was behind before and is not any more counts 0. @throws E_TRANSPORT */
export async function countBehind({ proxies }: Pick<Store, 'proxies'>): Promise<Record<string, number>> {
  const counts: Record<string, number> = Object.fromEntries(
    [...(await proxies.readLast()).keys()].map((name) => [name, 0]),
  );
  for (const { proxy } of await proxies.listBehind()) counts[proxy] = (counts[proxy] ?? 0) + 1;
  return counts;
}

/** A proxy is done in two to three seconds (Katello 4.14): so that one look is enough as a rule. */
const FIRST_LOOK_MS = 4000;
/** More than are pushed in a day between two sweeps. */
const MOST_RECEIPTS = 500;

export function createProxying({
  config,
  clients,
  store,
  queues,
  metrics,
  tell,
  log: parent,
}: ProxyingOptions): Proxying {
  const log = parent.child({ component: 'proxies' });
  const named = queues.all.find(({ name }) => name === 'proxies');
  if (!named) throw new Error('there is no queue called proxies');
  const queue = createProxyQueue(named);
  const { pulp, katello, proxies: toProxies, registries } = clients;
  const proxies = createProxies({
    pulp,
    katello,
    proxies: toProxies,
    registries,
    states: store.proxies,
    findReceipt: (path) => store.receipts.findLatest(path),
    saveReceipt: (receipt) => store.receipts.save(receipt),
    listPublished: async (since) => {
      const { items } = await store.receipts.list({ state: 'done', since: new Date(since), limit: MOST_RECEIPTS });
      return items;
    },
    queue: (path) => queue.add(path),
    promote: (path) => queue.lookWithin(path, 0),
    settings: {
      prefix: config.pathPrefix,
      account: config.katello.login,
      katelloHost: config.katello.url.hostname,
      mode: config.proxySync,
    },
    log,
    onOutcome: (outcome) => metrics.proxySynced(outcome),
    onFailed: (failure) => tell(happeningOfProxy(failure)),
    now: Date.now,
  });

  return {
    proxies,
    queue,
    hint: async (path) => {
      try {
        await queue.lookWithin(path, FIRST_LOOK_MS);
      } catch (error) {
        log.debug('a publish is not seen to on the smart proxies yet', { path, ...errorFields(error) });
      }
    },
    createWorker: (options, upstreams) =>
      createProxyWorker({
        ...options,
        look: (path, signal) => proxies.look(path, signal),
        sweep: (signal) => proxies.sweep(signal),
        check: async (system) => !isUpstream(system) || upstreams.check(system),
        isOpen: () => upstreams.isOpen(),
        log,
      }),
  };
}
