/**
 * An orphan as people and programs read it: what `kpr orphans list` prints and the HTTP interface answers.
 */
import { readOwnedRepositoryId } from './claim.ts';
import { type Order, readClosing } from './closing.ts';
import {
  nextStep,
  type OrphanFacts,
  type OrphanRules,
  type OrphanState,
  type OrphanStep,
  orphanState,
} from './orphan.ts';
import { describeReason, type Reason } from './reason.ts';

export interface OrphanView {
  readonly path: string;
  /** of the push repository */
  readonly uuid: string;
  readonly version: number;
  /** the Katello repository that is gone */
  readonly repositoryId: number | null;
  readonly state: OrphanState;
  /** id of the Katello task that destroyed it; null: unproven */
  readonly task: string | null;
  /** end of its quarantine, or when it will be deleted (ISO 8601, UTC); null where no time tells */
  readonly until: string | null;
  /** who ordered its deletion, once that is so */
  readonly order: Order | null;
  /** why it stays for now, a code of reason.ts; null for one that may go */
  readonly reason: Reason | null;
  readonly message: string;
  readonly hint: string | null;
}

/** @param task id of the task that proves the deletion in Katello */
export function viewOrphan(path: string, facts: OrphanFacts, task: string | null, rules: OrphanRules): OrphanView {
  const state = orphanState(facts, rules);
  const step = nextStep(facts, rules);
  const untilMs = untilOf(step, rules);
  const until = untilMs === null ? null : new Date(untilMs).toISOString();
  const reason = reasonOf(state, rules);
  const n = String(Math.max(1, Math.ceil(((untilMs ?? rules.now) - rules.now) / 60_000)));
  const texts =
    reason === null ? { message: '', hint: null } : describeReason(reason, { path, n, ...detailsOf(until) });
  return {
    path,
    uuid: facts.uuid,
    version: facts.version,
    repositoryId: readOwnedRepositoryId(facts.labels),
    state,
    task,
    until,
    order: state === 'closing' ? (readClosing(facts.labels)?.order ?? null) : null,
    reason,
    ...texts,
  };
}

/** Of a quarantine that the next sweep begins: when it will be over at the earliest. */
function untilOf(step: OrphanStep, { now, quarantineMs }: OrphanRules): number | null {
  if (step.kind === 'quarantine') return now + quarantineMs;
  return 'until' in step ? step.until : null;
}

function reasonOf(state: OrphanState, { policy }: OrphanRules): Reason | null {
  if (state !== 'due') return state;
  return policy === 'full' ? null : 'policy';
}

function detailsOf(until: string | null): Record<string, string> {
  return { action: 'delete-orphan', ...(until !== null && { time: until }) };
}
