/**
 * A plan as a person or a program reads it: what `kpr plan` prints and the HTTP interface answers.
 */
import type { Action, Plan } from './plan.ts';
import { type ReceiptLeftAlone, type ReceiptTag, receiptLeftAlone, receiptTags } from './receipt.ts';

/** One action without its units: tags by name, other units by digest. */
export interface ActionView {
  readonly kind: Action['kind'];
  readonly reason: Action['reason'];
  readonly tags?: readonly string[];
  readonly digests?: readonly string[];
}

export interface PlanView {
  readonly path: string;
  /** push version of the claim; null when nothing was published yet */
  readonly claimedVersion: number | null;
  readonly version: number;
  readonly repositoryId: number | null;
  /** what becomes of each tag that changes, in the plan's order */
  readonly changes: readonly ReceiptTag[];
  readonly leftAlone: readonly ReceiptLeftAlone[];
  readonly actions: readonly ActionView[];
}

/** The plan for people; texts of reasons are filled in. */
export function viewPlan(
  about: Pick<PlanView, 'path' | 'claimedVersion' | 'version' | 'repositoryId'>,
  plan: Plan,
): PlanView {
  return {
    ...about,
    changes: receiptTags(plan),
    leftAlone: receiptLeftAlone(plan),
    actions: plan.actions.map(viewAction),
  };
}

function viewAction(action: Action): ActionView {
  const { kind, reason } = action;
  switch (action.kind) {
    case 'copy-tags':
    case 'remove-tags':
      return { kind, reason, tags: action.tags.map(({ name }) => name) };
    case 'index-lists':
      return { kind, reason, digests: action.lists.map(({ digest }) => digest) };
    case 'remove-manifests':
      return { kind, reason, digests: action.manifests.map(({ digest }) => digest) };
    case 'publish':
      return { kind, reason, tags: [action.tag] };
    case 'pin':
      return { kind, reason, tags: [...action.added, ...action.dissolved] };
    case 'protect':
    case 'create-product':
    case 'create-repository':
    case 'claim':
      return { kind, reason };
    default:
      return action satisfies never;
  }
}
