/**
 * Says what became of a path on its smart proxies: in the receipt, in what people ask for, and, where a person has to
 * act, in the log: once for each proxy and trouble, however many paths it has.
 */
import { describeReason, type ProxyReason } from '../../domain/reason.ts';
import { type Receipt, type ReceiptProxy, type StageOutcome, withStage } from '../../domain/receipt.ts';
import type { ProxyDeps } from './deps.ts';

/** One proxy, as it is with a path now. */
export interface Standing {
  readonly name: string;
  readonly outcome: ReceiptProxy['outcome'] | 'pending';
  /** null when served or pending */
  readonly reason: ProxyReason | null;
  /** fills the reason's text */
  readonly details: Readonly<Record<string, string>>;
}

/**
 * @param standings empty: no smart proxy has anything to do with the path
 * @param receipt of the newest push, if it is still known
 */
export async function report(
  deps: ProxyDeps,
  path: string,
  standings: readonly Standing[],
  receipt: Receipt | null,
): Promise<void> {
  const known = await deps.states.listBehind();
  for (const standing of standings) await reportOne(deps, path, standing, known, receipt);
  const gone = known.filter((row) => row.path === path && standings.every(({ name }) => name !== row.proxy));
  for (const { proxy } of gone) await deps.states.clearBehind(proxy, path);
  if (receipt?.state === 'done') await deps.saveReceipt(withProxies(deps, receipt, standings));
}

type Known = Awaited<ReturnType<ProxyDeps['states']['listBehind']>>;

async function reportOne(
  { states, log, onOutcome, onFailed, now }: ProxyDeps,
  path: string,
  standing: Standing,
  known: Known,
  receipt: Receipt | null,
): Promise<void> {
  const { name: proxy, outcome, reason } = standing;
  const before = known.find((row) => row.proxy === proxy && row.path === path);
  if (outcome === 'pending') {
    if (!before) await states.markBehind({ proxy, path, reason: null, message: null, since: now() });
    return;
  }

  const message = reason === null ? null : describeReason(reason, standing.details).message;
  const told = receipt?.proxies.find(({ name }) => name === proxy);
  if (told?.outcome !== outcome || told.reason !== reason) {
    onOutcome(outcome);
    await states.writeLast(proxy, { path, outcome, reason, at: now() });
  }
  if (outcome === 'failed') {
    const isKnown = known.some((row) => row.proxy === proxy && row.reason === reason);
    if (!isKnown) {
      log.error('smart proxy is behind', { proxy, path, reason, error: message });
      onFailed({ proxy, path, reason, message, at: new Date(now()).toISOString() });
    }
    const since = before?.since ?? now();
    await states.markBehind({ proxy, path, reason, message, since });
    return;
  }
  if (before) await states.clearBehind(proxy, path);
  const isLast = known.every((row) => row.proxy !== proxy || row.path === path || row.reason !== before?.reason);
  if (before?.reason && isLast && outcome === 'served') log.info('smart proxy serves again', { proxy, path });
}

/** The stage lasts from the first look until now. */
function withProxies({ now }: ProxyDeps, receipt: Receipt, standings: readonly Standing[]): Receipt {
  const at = new Date(now());
  const told = new Map(receipt.proxies.map((proxy) => [proxy.name, proxy]));
  for (const { name, outcome, reason } of standings) {
    const before = told.get(name);
    if (outcome === 'pending' || (before?.outcome === outcome && before.reason === reason)) continue;
    told.set(name, { name, outcome, reason, at: at.toISOString() });
  }
  const earlier = receipt.stages.find(({ name }) => name === 'proxies');
  const startedAt = new Date(earlier?.startedAt ?? at);
  const outcome = outcomeOf(standings);
  const stage = withStage(receipt, { name: 'proxies', startedAt, endedAt: at, outcome });
  return { ...stage, proxies: [...told.values()] };
}

function outcomeOf(standings: readonly Standing[]): StageOutcome {
  if (standings.some(({ outcome }) => outcome === 'pending')) return 'waiting';
  if (standings.some(({ outcome }) => outcome === 'failed')) return 'failed';
  return standings.every(({ outcome }) => outcome === 'skipped') ? 'skipped' : 'ok';
}
