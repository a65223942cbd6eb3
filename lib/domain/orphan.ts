/**
 * Orphans: push repositories whose claimed Katello repository is gone. Whether one may be deleted, why not, and what the
 * next step is. Pure: everything is read again before each step, and the labels are all that is remembered.
 *
 * ```text
 * found, proven ──▶ quarantine ──▶ due ──▶ closing (no new token) ──▶ deleted
 *    │  unproven, pushed since: a person decides       │ any change: cancelled
 * ```
 */
import { LABELS, type Labels, readClaim, readOwnedRepositoryId } from './claim.ts';
import { type Closing, type Order, readClosing, readQuarantine } from './closing.ts';
import type { Policy } from './plan.ts';

/** A push repository as read at one time. */
export interface OrphanFacts {
  /** of its distribution */
  readonly labels: Labels;
  readonly uuid: string;
  /** number of its latest version */
  readonly version: number;
  /** the distribution is the one that a push makes, and nothing else uses the repository, neither in Pulp nor in Katello */
  readonly isOurs: boolean;
  /** Katello answers 404 for the repository that the labels name */
  readonly isGone: boolean;
  /** a successful Destroy task proves that it was deleted, and not merely hidden from us */
  readonly isProven: boolean;
  /** when we deleted this very repository (epoch ms): it came back with a backup, and labels from before count no more */
  readonly deletedAt: number | null;
}

export interface OrphanRules {
  readonly policy: Policy;
  readonly quarantineMs: number;
  /** for how long a token may work that was granted before the front refused */
  readonly closingMs: number;
  /** epoch milliseconds */
  readonly now: number;
}

/** Why an orphan may not be deleted now; codes of reason.ts. */
export type OrphanBlock = 'foreign-distribution' | 'unproven' | 'pushed-since-claim' | 'quarantined' | 'policy';

export type OrphanVerdict =
  | { readonly mayGo: true }
  /** `until` (epoch ms) for `quarantined`, once that has begun */
  | { readonly mayGo: false; readonly reason: OrphanBlock; readonly until: number | null };

/** What has to be done next for one push repository. */
export type OrphanStep =
  /** it is no orphan, and carries no label of one */
  | { readonly kind: 'none' }
  /** labels of an orphan that say what is not so, or not so any more */
  | { readonly kind: 'clear'; readonly labels: readonly string[] }
  /** its quarantine begins */
  | { readonly kind: 'quarantine' }
  | { readonly kind: 'blocked'; readonly reason: OrphanBlock; readonly until: number | null }
  /** whoever may order its deletion now can */
  | { readonly kind: 'due' }
  /** its deletion was ordered; until then (epoch ms) a token may be alive */
  | { readonly kind: 'wait'; readonly until: number }
  | { readonly kind: 'delete' };

/** State of an orphan as people see it, and as metrics count it. */
export const ORPHAN_STATES = [
  'unproven',
  'pushed-since-claim',
  'foreign-distribution',
  'quarantined',
  'due',
  'closing',
] as const;
export type OrphanState = (typeof ORPHAN_STATES)[number];

/** True for a push repository that names a Katello repository which is not there. */
export function isOrphan({ labels, isGone }: OrphanFacts): boolean {
  return isGone && readOwnedRepositoryId(labels) !== null;
}

/**
 * Whether an orphan may be deleted if this one orders it. A person is bound neither by the policy nor by what was pushed
 * since the claim; a push is not bound by the quarantine; nobody may delete what is not ours.
 */
export function orphanVerdict(facts: OrphanFacts, order: Order, rules: OrphanRules): OrphanVerdict {
  const isPerson = order === 'person' || order === 'unproven';
  if (!facts.isOurs) return blocked('foreign-distribution');
  if (!facts.isProven) return order === 'unproven' ? { mayGo: true } : blocked('unproven');
  if (!isPerson && !isAtClaim(facts)) return blocked('pushed-since-claim');
  const until = quarantineEnd(facts, rules);
  if (order !== 'push' && (until === null || rules.now < until)) return blocked('quarantined', until);
  if (!isPerson && rules.policy !== 'full') return blocked('policy');
  return { mayGo: true };
}

/**
 * Whether a person who means all orphans means this one: not what is in quarantine, not what was pushed to since, and what
 * is unproven only if they say so.
 */
export function isMeantByAll(facts: OrphanFacts, order: Order, rules: OrphanRules): boolean {
  if (closingInForce(facts, rules)) return true;
  const everywhere: OrphanRules = { ...rules, policy: 'full' };
  if (facts.isProven || order !== 'unproven') return orphanVerdict(facts, 'sweep', everywhere).mayGo;
  return orphanVerdict({ ...facts, isProven: true }, 'push', everywhere).mayGo;
}

/** The next step, as far as it is not somebody's decision. */
export function nextStep(facts: OrphanFacts, rules: OrphanRules): OrphanStep {
  const leftovers = [LABELS.closing, LABELS.quarantine].filter((label) => label in facts.labels);
  if (!isOrphan(facts) || !facts.isOurs) {
    if (leftovers.length > 0 && facts.isOurs) return { kind: 'clear', labels: leftovers };
    return isOrphan(facts) ? { kind: 'blocked', reason: 'foreign-distribution', until: null } : { kind: 'none' };
  }

  const closing = closingInForce(facts, rules);
  if (closing) {
    const until = tokensEnd(closing, facts, rules);
    return rules.now < until ? { kind: 'wait', until } : { kind: 'delete' };
  }
  if (LABELS.closing in facts.labels) return { kind: 'clear', labels: [LABELS.closing] };
  if (facts.isProven && quarantineOf(facts, rules) === null) return { kind: 'quarantine' };
  const verdict = orphanVerdict(facts, 'sweep', rules);
  return verdict.mayGo ? { kind: 'due' } : { kind: 'blocked', reason: verdict.reason, until: verdict.until };
}

/** What an orphan is, for people; the policy does not count, it says what is done about it. */
export function orphanState(facts: OrphanFacts, rules: OrphanRules): OrphanState {
  if (facts.isOurs && closingInForce(facts, rules)) return 'closing';
  const verdict = orphanVerdict(facts, 'sweep', { ...rules, policy: 'full' });
  return verdict.mayGo || verdict.reason === 'policy' ? 'due' : verdict.reason;
}

/** The order to delete that still holds: the push repository is as it was, and whoever ordered it still may. */
export function closingInForce(facts: OrphanFacts, rules: OrphanRules): Closing | null {
  const closing = readClosing(facts.labels);
  if (!closing || closing.uuid !== facts.uuid || closing.version !== facts.version) return null;
  return isOfNow(closing.since, facts, rules) && orphanVerdict(facts, closing.order, rules).mayGo ? closing : null;
}

/** How many of those that are due may go now: all, or none if they and those on their way are more than the limit. */
export function mayAllGo(due: number, onTheirWay: number, limit: number): boolean {
  return due + onTheirWay <= limit;
}

/**
 * When (epoch ms) no token can be alive any more. From the beginning of the quarantine on the front grants nothing, which
 * a push relies on; everybody else waits from the order on.
 */
function tokensEnd({ since, order }: Closing, facts: OrphanFacts, rules: OrphanRules): number {
  const quarantined = order === 'push' ? quarantineOf(facts, rules) : null;
  return Math.min(since, quarantined ?? since) + rules.closingMs;
}

function quarantineEnd(facts: OrphanFacts, rules: OrphanRules): number | null {
  const since = quarantineOf(facts, rules);
  return since === null ? null : since + rules.quarantineMs;
}

function quarantineOf(facts: OrphanFacts, rules: OrphanRules): number | null {
  const since = readQuarantine(facts.labels);
  return since !== null && isOfNow(since, facts, rules) ? since : null;
}

/** False for what a backup brought back, and for a time far ahead: a clock was wrong, and it would never be over. */
function isOfNow(since: number, { deletedAt }: OrphanFacts, { now, closingMs }: OrphanRules): boolean {
  return since > (deletedAt ?? 0) && since <= now + closingMs;
}

/** Nothing was pushed since what was last verified; a claim that is ahead of what is there proves nothing. */
function isAtClaim({ labels, uuid, version }: OrphanFacts): boolean {
  const repositoryId = readOwnedRepositoryId(labels);
  return repositoryId !== null && readClaim(labels, uuid, repositoryId)?.pushVersion === version;
}

function blocked(reason: OrphanBlock, until: number | null = null): OrphanVerdict {
  return { mayGo: false, reason, until };
}
