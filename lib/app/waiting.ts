/**
 * Waits until Katello and smart proxies serve what was pushed, or for as long as a request may take.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config.ts';
import { type Arrival, type Awaited, judgeArrival } from '../domain/arrival.ts';
import { isAbort } from '../errors.ts';
import { readArrival } from '../reconcile/arrival.ts';
import type { Daemon } from './daemon.ts';
import { reconcileSettings } from './reconciling.ts';

type Parts = Pick<Daemon, 'clients' | 'store' | 'queues' | 'proxying'>;

/** The receipt is looked at so often. */
const GLANCE_MS = 250;
/** Both systems are asked when the receipt says something new, and so often without that. */
const LOOK_MS = 5000;

/**
 * Answers when it is there, when it will not come by itself, or when the time is over, whatever is first.
 *
 * @returns the name of a smart proxy that Katello does not know, instead
 * @throws E_REFUSED distribution-changed; AbortError when the caller is gone
 */
export async function waitForArrival(
  config: Config,
  { clients, store, queues, proxying }: Parts,
  awaited: Awaited,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<Arrival | { readonly unknownProxy: string }> {
  const unknownProxy = await findUnknownProxy(proxying, awaited.proxies, signal);
  if (unknownProxy !== undefined) return { unknownProxy };
  const deps = { ...clients, settings: reconcileSettings(config) };
  const endsAt = performance.now() + timeoutMs;

  for (;;) {
    const read = await readArrival(deps, awaited, signal);
    const receipt = await store.receipts.findLatest(awaited.path);
    const isOfNewest = read !== null && receipt?.uuid === read.uuid && receipt.version === read.version;
    const isPaused = (await queues.inspect()).some((one) => one.queue === 'reconcile' && one.isPaused);
    const pausedBy = isPaused ? ((await store.pauses.find('reconcile'))?.login ?? 'somebody') : null;
    const arrival = judgeArrival(awaited, {
      version: read?.version ?? null,
      digest: read?.digest ?? null,
      isServed: read?.isServed ?? false,
      receipt: isOfNewest ? receipt : null,
      pausedBy,
    });
    const leftMs = endsAt - performance.now();
    if (arrival.isDone || arrival.error || leftMs <= 0) return arrival;
    const text = JSON.stringify(receipt);
    const isNews = async () => JSON.stringify(await store.receipts.findLatest(awaited.path)) !== text;
    await waitForNews(isNews, Math.min(leftMs, LOOK_MS), signal);
  }
}

async function waitForNews(isNews: () => Promise<boolean>, atMostMs: number, signal: AbortSignal): Promise<void> {
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(atMostMs))]);
  try {
    do await delay(GLANCE_MS, undefined, { signal: timeout });
    while (!(await isNews()));
  } catch (error) {
    if (signal.aborted || !(isAbort(error) || timeout.aborted)) throw error;
  }
}

async function findUnknownProxy(
  { proxies }: Daemon['proxying'],
  names: readonly string[],
  signal: AbortSignal,
): Promise<string | undefined> {
  if (names.length === 0) return undefined;
  const { items } = await proxies.readStatus(signal);
  return names.find((name) => items.every((proxy) => proxy.name !== name));
}
