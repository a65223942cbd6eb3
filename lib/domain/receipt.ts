/**
 * The receipt: the record of one push, for people. History, never truth: nothing is decided by it. Plain JSON; times are
 * ISO 8601 in UTC.
 */
import type { Plan } from './plan.ts';
import { describeReason } from './reason.ts';

/** Where a push can be on its way, or how it ended. */
export const RECEIPT_STATES = ['queued', 'running', 'waiting', 'done', 'failed', 'refused'] as const;
export type ReceiptState = (typeof RECEIPT_STATES)[number];

/** In the order in which a run passes them. */
export const STAGES = [
  'detect',
  'plan',
  'protect',
  'create',
  'lists',
  'copy',
  'publish',
  'verify',
  'claim',
  'proxies',
] as const;

export type StageName = (typeof STAGES)[number];
export type StageOutcome = 'ok' | 'skipped' | 'waiting' | 'failed';

export interface ReceiptStage {
  readonly name: StageName;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly outcome: StageOutcome;
}

/** One tag that changed in Katello; from or to is null where it was added or removed. */
export interface ReceiptTag {
  readonly name: string;
  readonly from: string | null;
  readonly to: string | null;
  readonly reason: 'tag-new' | 'tag-moved' | 'tag-deleted';
}

export interface ReceiptLeftAlone {
  readonly tag: string;
  readonly reason: string;
  readonly message: string;
}

export interface ReceiptProxy {
  readonly name: string;
  readonly outcome: 'served' | 'skipped' | 'failed';
  /** a code of reason.ts; null when served */
  readonly reason: string | null;
  readonly at: string;
}

/** As the HTTP interface shows failures. */
export interface ReceiptError {
  readonly code: string;
  readonly reason: string | null;
  readonly message: string;
  readonly hint: string | null;
}

/** Ids in Katello; null while a thing is not made. */
export interface KatelloIds {
  readonly organizationId: number | null;
  readonly productId: number | null;
  readonly repositoryId: number | null;
}

export interface Receipt {
  readonly schemaVersion: 1;
  /** `uuid@version` of the push repository */
  readonly id: string;
  readonly path: string;
  readonly uuid: string;
  readonly version: number;
  /** push version of the claim before; null for a first push */
  readonly claimedVersion: number | null;
  readonly kind: 'push' | 'rollback';
  /** the only login that was granted a push since the claimed version, else null */
  readonly user: string | null;
  /** why a person rolled back, else null */
  readonly note: string | null;
  readonly state: ReceiptState;
  readonly pushedAt: string;
  readonly katello: KatelloIds;
  readonly tags: readonly ReceiptTag[];
  readonly leftAlone: readonly ReceiptLeftAlone[];
  readonly stages: readonly ReceiptStage[];
  readonly proxies: readonly ReceiptProxy[];
  /** what can be pulled, as Katello names it; filled after it was verified */
  readonly pull: readonly string[];
  readonly error: ReceiptError | null;
}

/** How a push came about. */
export type Origin = Pick<Receipt, 'kind' | 'user' | 'note'>;

/** What is known of a push when it is seen. */
export interface Push extends Origin, Pick<Receipt, 'path' | 'uuid' | 'version' | 'claimedVersion'> {
  readonly pushedAt: Date;
}

/** A stage as it went. */
export interface Stage {
  readonly name: StageName;
  readonly startedAt: Date;
  readonly endedAt: Date;
  readonly outcome: StageOutcome;
}

export type Ending =
  | { readonly state: 'done'; readonly katello: KatelloIds; readonly pull: readonly string[] }
  | { readonly state: 'failed' | 'refused'; readonly error: ReceiptError };

/** A receipt of a push that waits for its first run. */
export function openReceipt({ pushedAt, ...push }: Push): Receipt {
  return {
    schemaVersion: 1,
    id: `${push.uuid}@${push.version}`,
    ...push,
    state: 'queued',
    pushedAt: pushedAt.toISOString(),
    katello: { organizationId: null, productId: null, repositoryId: null },
    tags: [],
    leftAlone: [],
    stages: [],
    proxies: [],
    pull: [],
    error: null,
  };
}

/** With what a run is going to do. Tags that an earlier attempt copied stay, unless this plan says otherwise. */
export function withPlan(receipt: Receipt, plan: Plan, katello: KatelloIds): Receipt {
  const tags = receiptTags(plan);
  // a signature that stays behind keeps no tag from being copied
  const left = plan.leftAlone.filter(({ reason }) => reason !== 'atomic-signature');
  const named = new Set([...tags.map(({ name }) => name), ...left.map(({ tag }) => tag)]);
  const kept = receipt.tags.filter(({ name }) => !named.has(name));
  return { ...receipt, katello, tags: [...kept, ...tags], leftAlone: receiptLeftAlone(plan) };
}

/**
 * With a stage that ended. A later attempt at a stage takes the place of the earlier one. The receipt then runs or waits;
 * one that is done stays done, because proxies report afterwards.
 */
export function withStage(receipt: Receipt, { name, startedAt, endedAt, outcome }: Stage): Receipt {
  const stage: ReceiptStage = {
    name,
    startedAt: startedAt.toISOString(),
    durationMs: endedAt.getTime() - startedAt.getTime(),
    outcome,
  };
  const stages = [...receipt.stages.filter((other) => other.name !== name), stage];
  return {
    ...receipt,
    stages: stages.toSorted((a, b) => STAGES.indexOf(a.name) - STAGES.indexOf(b.name)),
    state: stateAfter(receipt.state, outcome),
  };
}

/** Ends the receipt. A run that ends well clears the error of an earlier one. */
export function finish(receipt: Receipt, ending: Ending): Receipt {
  return { ...receipt, error: null, ...ending };
}

/** The tags that a plan changes, in its order. */
export function receiptTags({ actions }: Pick<Plan, 'actions'>): ReceiptTag[] {
  return actions.flatMap((action): ReceiptTag[] => {
    if (action.kind === 'copy-tags') {
      return action.tags.map(({ name, from, digest }) => ({ name, from, to: digest, reason: action.reason }));
    }
    if (action.kind === 'remove-tags') {
      return action.tags.map(({ name, digest }) => ({ name, from: digest, to: null, reason: action.reason }));
    }
    return [];
  });
}

/** The tags that a plan leaves alone, with the text why. */
export function receiptLeftAlone({ leftAlone }: Pick<Plan, 'leftAlone'>): ReceiptLeftAlone[] {
  return leftAlone.map(({ tag, reason, details }) => ({
    tag,
    reason,
    message: describeReason(reason, details).message,
  }));
}

function stateAfter(state: ReceiptState, outcome: StageOutcome): ReceiptState {
  if (state === 'done') return state;
  return outcome === 'waiting' ? 'waiting' : 'running';
}
