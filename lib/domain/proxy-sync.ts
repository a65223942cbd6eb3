/**
 * Smart proxies: what to do with one that should have what was published. Pure; times are epoch milliseconds.
 *
 * Katello itself says what was tried: its tasks name the proxy, the repository and how it ended. Nothing else is
 * remembered, so that any daemon decides the same at any time.
 */
import type { ProxyReason } from './reason.ts';

/** One sync of a proxy, as Katello tells it. */
export interface ProxySync {
  readonly proxyId: number;
  /** null: everything that the proxy carries, or a part of it */
  readonly repositoryId: number | null;
  /** of everything: limited to an environment or a content view */
  readonly isPartial: boolean;
  readonly state: 'running' | 'succeeded' | 'failed';
  /** by Katello's clock, in whole seconds, as is `endedAt` */
  readonly startedAt: number;
  /** null while it runs */
  readonly endedAt: number | null;
  /** what went wrong, in Katello's words; null unless it failed */
  readonly error: string | null;
}

/** One proxy, and what is known about one repository there. */
export interface ProxyFacts {
  readonly carriesLibrary: boolean;
  /** true where syncs are wanted: the setting is on, or a person asks for this one */
  readonly isWanted: boolean;
  /** true where the newest push has already been told of as served: nothing was pushed since */
  readonly wasServed: boolean;
  /** when a person asked for it: what was tried before is tried again at once; null: nobody did */
  readonly askedAt: number | null;
  /** true where Katello itself starts a sync after each publish */
  readonly isScheduled: boolean;
  /** when Katello published last; null: longer ago than it tells */
  readonly publishedAt: number | null;
  readonly repositoryId: number;
  /** of this proxy, newest first */
  readonly syncs: readonly ProxySync[];
  /** whether its registry serves what was published; null: it was not asked, or cannot be */
  readonly isServing: boolean | null;
}

type OwnFacts = Pick<ProxyFacts, 'syncs' | 'repositoryId' | 'publishedAt'>;

export type ProxyStep =
  | { readonly kind: 'served' }
  | { readonly kind: 'skipped'; readonly reason: ProxyReason }
  /** a sync is on its way */
  | { readonly kind: 'wait'; readonly afterMs: number }
  | { readonly kind: 'start'; readonly isForced: boolean }
  /** it is tried again after that time */
  | { readonly kind: 'failed'; readonly reason: ProxyReason; readonly message: string; readonly afterMs: number };

/** Katello starts a sync some moments after the publish has ended; later it has forgotten. */
const SCHEDULE_MS = 20_000;
/** Katello tells the proxy's registry what it serves right after a sync. */
const GATEWAY_MS = 15_000;
const SHORTEST_WAIT_MS = 2000;
const LONGEST_WAIT_MS = 30_000;
const FIRST_BACKOFF_MS = 30_000;
const LONGEST_BACKOFF_MS = 3_600_000;

/** Decides what to do with one proxy now. */
export function decideProxy(facts: ProxyFacts, now: number): ProxyStep {
  if (!facts.carriesLibrary) return { kind: 'skipped', reason: 'no-library' };
  if (!facts.isWanted) return facts.wasServed ? { kind: 'served' } : { kind: 'skipped', reason: 'setting-off' };

  const own = ownSyncs(facts);
  const [newest] = own;
  if (!newest) return decideUntried(facts, now);
  if (newest.state === 'running') return { kind: 'wait', afterMs: gapFor(now - newest.startedAt) };
  const endedAt = newest.endedAt ?? newest.startedAt;
  if (newest.state === 'failed') {
    const tries = countLeading(own, 'failed');
    return tryAgain({ since: endedAt, tries, reason: 'proxy-failed', message: newest.error ?? '?' }, facts, now);
  }
  if (facts.isServing !== false) return { kind: 'served' };

  const tries = countLeading(own, 'succeeded');
  const message = 'synced, not served';
  if (tries === 1 && distance(endedAt, now) < GATEWAY_MS) return { kind: 'wait', afterMs: SHORTEST_WAIT_MS };
  return tryAgain({ since: endedAt, tries: tries - 1, reason: 'not-serving', message }, facts, now);
}

/** Pause after so many tries that failed: doubled each time, from half a minute to an hour. */
export function proxyBackoffMs(tries: number): number {
  return tries <= 0 ? 0 : Math.min(FIRST_BACKOFF_MS * 2 ** (tries - 1), LONGEST_BACKOFF_MS);
}

/** Whether the newest sync that could have brought what was published has succeeded: then its registry is worth asking. */
export function isSynced(facts: OwnFacts): boolean {
  return ownSyncs(facts)[0]?.state === 'succeeded';
}

/** Syncs of this repository that began after it was published. Katello's clock says whole seconds, a sync takes some. */
function ownSyncs({ syncs, repositoryId, publishedAt }: OwnFacts) {
  return syncs.filter(
    (sync) =>
      (sync.repositoryId === null ? !sync.isPartial : sync.repositoryId === repositoryId) &&
      (publishedAt === null || sync.startedAt >= publishedAt),
  );
}

/** While a proxy fails at everything, one path at a time tries it, and the others wait for how that goes. */
function decideUntried(facts: ProxyFacts, now: number): ProxyStep {
  const { syncs, publishedAt, isScheduled, askedAt } = facts;
  const finished = syncs.filter(({ state }) => state !== 'running');
  const [last] = finished;
  const tries = countLeading(finished, 'failed');
  if (isScheduled && askedAt === null && publishedAt !== null && distance(publishedAt, now) < SCHEDULE_MS) {
    return { kind: 'wait', afterMs: SHORTEST_WAIT_MS };
  }
  if (!last || tries === 0) return { kind: 'start', isForced: false };
  if (syncs.length > finished.length) return { kind: 'wait', afterMs: gapFor(LONGEST_WAIT_MS) };
  const since = last.endedAt ?? last.startedAt;
  return tryAgain({ since, tries, reason: 'proxy-failed', message: last.error ?? '?' }, facts, now);
}

interface Trouble {
  readonly since: number;
  readonly tries: number;
  readonly reason: ProxyReason;
  readonly message: string;
}

/** Never later than the pause itself from now: clocks differ. */
function tryAgain({ since, tries, reason, message }: Trouble, { askedAt }: ProxyFacts, now: number): ProxyStep {
  const pauseMs = proxyBackoffMs(tries);
  const afterMs = Math.min(since + pauseMs - now, pauseMs);
  const isDue = afterMs <= 0 || (askedAt !== null && askedAt > since);
  return isDue ? { kind: 'start', isForced: reason === 'not-serving' } : { kind: 'failed', reason, message, afterMs };
}

function countLeading(syncs: readonly ProxySync[], state: ProxySync['state']): number {
  const other = syncs.findIndex((sync) => sync.state !== state);
  return other === -1 ? syncs.length : other;
}

/** The longer it has been going on, the less often somebody looks. */
function gapFor(ageMs: number): number {
  return Math.min(Math.max(ageMs / 2, SHORTEST_WAIT_MS), LONGEST_WAIT_MS);
}

function distance(a: number, b: number): number {
  return Math.abs(a - b);
}
