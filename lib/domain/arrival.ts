/**
 * Whether what somebody waits for is there: an image in Katello, and on smart proxies. What `kpr wait` prints and the HTTP
 * interface answers. Pure.
 */
import { describeReason, isReason } from './reason.ts';
import type { Receipt, ReceiptError, ReceiptState } from './receipt.ts';

/** What somebody waits for; tag and digest null: all of the newest push. */
export interface Awaited {
  readonly path: string;
  readonly tag: string | null;
  readonly digest: string | null;
  /** smart proxies that have to serve it too */
  readonly proxies: readonly string[];
}

/** Both sides as read at one time. */
export interface ArrivalFacts {
  /** newest version of the push repository; null: nothing is pushed there */
  readonly version: number | null;
  /** what is waited for: the given digest, or the one that the tag names in the push repository; null: none, or all tags */
  readonly digest: string | null;
  /** true once a pull from Katello gets it */
  readonly isServed: boolean;
  /** of the newest version; null while no run has seen it */
  readonly receipt: Receipt | null;
  /** login of whoever paused the queue; null: it is not paused */
  readonly pausedBy: string | null;
}

export interface Arrival extends Omit<Awaited, 'proxies'> {
  /** true once Katello and every proxy serve it */
  readonly isDone: boolean;
  readonly katello: { readonly isServed: boolean };
  readonly proxies: readonly ProxyArrival[];
  /** the newest push, once a run has seen it */
  readonly push: {
    readonly id: string;
    readonly version: number;
    readonly state: ReceiptState;
    readonly stage: string | null;
  } | null;
  /** what is waited for, or that it is there */
  readonly message: string;
  /** why it will not come by itself; null while it may */
  readonly error: ReceiptError | null;
}

export interface ProxyArrival {
  readonly name: string;
  readonly outcome: 'served' | 'skipped' | 'failed' | 'pending';
  /** a code of reason.ts; null when served or pending */
  readonly reason: string | null;
}

/** Judges what was read. */
export function judgeArrival({ path, tag, digest, proxies: names }: Awaited, facts: ArrivalFacts): Arrival {
  const { isServed, receipt } = facts;
  const proxies = names.map((name) => proxyOf(name, isServed ? receipt : null));
  const isDone = isServed && proxies.every(({ outcome }) => outcome === 'served');
  const push = receipt && {
    id: receipt.id,
    version: receipt.version,
    state: receipt.state,
    stage: receipt.stages.at(-1)?.name ?? null,
  };
  const error = isDone ? null : findObstacle(facts, proxies);
  const judged = { path, tag, digest: digest ?? facts.digest, isDone, katello: { isServed }, proxies, push, error };
  return { ...judged, message: error?.message ?? describe(judged, facts) };
}

function proxyOf(name: string, receipt: Receipt | null): ProxyArrival {
  const told = receipt?.state === 'done' ? receipt.proxies.find((proxy) => proxy.name === name) : undefined;
  return told ? { name, outcome: told.outcome, reason: told.reason } : { name, outcome: 'pending', reason: null };
}

/** A push that ended badly, or a proxy that nothing is synced to. */
function findObstacle({ isServed, receipt }: ArrivalFacts, proxies: readonly ProxyArrival[]): ReceiptError | null {
  const hasEnded = receipt?.state === 'failed' || receipt?.state === 'refused';
  if (!isServed && hasEnded) {
    const message = `version ${receipt.version} was ${receipt.state === 'failed' ? 'given up' : 'refused'}`;
    return receipt.error ?? { code: 'E_TASK_FAILED', reason: null, message, hint: null };
  }
  const skipped = proxies.find(({ outcome }) => outcome === 'skipped');
  if (!skipped) return null;
  const { name, reason } = skipped;
  const texts = reason !== null && isReason(reason) ? describeReason(reason, { path: receipt?.path ?? '' }) : null;
  const message = `${name}: ${texts?.message ?? 'is not synced'}`;
  return { code: 'E_REFUSED', reason, message, hint: texts?.hint ?? null };
}

function describe(
  { path, tag, digest, isDone, katello, proxies, push }: Omit<Arrival, 'message'>,
  { version, receipt, pausedBy }: ArrivalFacts,
): string {
  const what = `${path}${tag === null ? '' : `:${tag}`}${digest === null ? '' : `@${digest}`}`;
  if (isDone) return `${what} is served by ${['Katello', ...proxies.map(({ name }) => name)].join(', ')}`;
  if (katello.isServed) {
    const missing = proxies
      .filter(({ outcome }) => outcome !== 'served')
      .map(({ name, reason }) => reasoned(name, reason));
    return `${what} is served by Katello, not yet by ${missing.join(', ')}`;
  }
  if (version === null || (tag !== null && digest === null)) return `${what} is not pushed yet`;
  if (pausedBy !== null) return `${what}: queue-paused: ${describeReason('queue-paused', { login: pausedBy }).message}`;
  const held = receipt?.leftAlone.find((left) => left.tag === tag);
  if (held) return `${what}: ${held.reason}: ${held.message}`;
  if (receipt?.error) return `${what}: ${reasoned(receipt.error.message, receipt.error.reason)}`;
  return `${what} is ${push ? `${push.state}${push.stage === null ? '' : `, ${push.stage}`}` : 'not seen yet'}`;
}

function reasoned(text: string, reason: string | null): string {
  return reason === null ? text : `${text} (${reason})`;
}
