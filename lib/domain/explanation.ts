/**
 * A push path in plain words: where it goes, what stands in its way, what comes next. What `kpr explain` prints and the HTTP
 * interface answers. Pure.
 */
import type { Alarm } from './alarm.ts';
import { type Claim, NOT_PUSHED, type Pins } from './claim.ts';
import type { PushPath } from './path.ts';
import type { PlanView } from './plan-view.ts';
import { type Details, describeReason, isReason } from './reason.ts';
import type { KatelloIds, Receipt } from './receipt.ts';

export const TOPICS = ['mapping', 'owner', 'rights', 'claim', 'pins', 'held', 'latest', 'next'] as const;
export type Topic = (typeof TOPICS)[number];

/** One thing that is so. */
export interface Point {
  readonly topic: Topic;
  readonly message: string;
  /** a code of reason.ts, where it stands in the way */
  readonly reason: string | null;
  readonly hint: string | null;
}

export interface Explanation {
  readonly path: string;
  /** of the push repository and its distribution in Pulp */
  readonly pulpName: string;
  readonly katello: KatelloIds;
  /** in the order of the topics */
  readonly points: readonly Point[];
}

/** A rule that said no, or a system that did not answer. */
export interface Refusal {
  /** true where only the answer is missing */
  readonly isOutage: boolean;
  readonly reason: string;
  readonly message: string;
  readonly details: Details;
}

/** Where a path belongs, as far as it is there. */
export interface Mapping {
  readonly organization: { readonly id: number; readonly label: string; readonly name: string };
  /** null while it has to be made */
  readonly product: { readonly id: number; readonly name: string } | null;
  readonly repository: { readonly id: number; readonly name: string; readonly containerName: string | null } | null;
}

export interface ExplanationFacts {
  readonly path: PushPath;
  readonly pulpName: string;
  readonly pushProduct: string;
  /** what the client types for the host */
  readonly pushHost: string;
  readonly mapping: Mapping | Refusal;
  /** rights that the reactor's account lacks in the organization; null where it could not be asked */
  readonly missingRights: readonly string[] | 'no-member' | null;
  /** of the push repository; null: nothing is pushed */
  readonly version: number | null;
  /** id of the label `kpr_repository` */
  readonly ownedId: number | null;
  readonly claim: Claim | null;
  readonly pins: Pins;
  /** what the next run would do; null where nothing is pushed, or a rule says no */
  readonly plan: PlanView | null;
  readonly receipt: Receipt | null;
  /** state of its job; null: it has none */
  readonly jobState: string | null;
  /** null: the queue is not paused */
  readonly pausedBy: string | null;
  /** of this path */
  readonly alarms: readonly Alarm[];
}

/** Puts the facts into words. */
export function explain(facts: ExplanationFacts): Explanation {
  const { path, pulpName, mapping } = facts;
  const katello = isRefusal(mapping)
    ? { organizationId: null, productId: null, repositoryId: null }
    : {
        organizationId: mapping.organization.id,
        productId: mapping.product?.id ?? null,
        repositoryId: mapping.repository?.id ?? null,
      };
  const points = [
    explainMapping(facts),
    ...explainOwner(facts),
    explainRights(facts),
    explainClaim(facts),
    ...explainPins(facts),
    ...explainHeld(facts),
    ...explainLatest(facts),
    explainNext(facts),
  ];
  return { path: path.path, pulpName, katello, points };
}

function isRefusal(mapping: Mapping | Refusal): mapping is Refusal {
  return 'reason' in mapping;
}

function explainMapping({ mapping, path, pushProduct }: ExplanationFacts): Point {
  if (isRefusal(mapping)) return stop('mapping', mapping.reason, mapping);
  const { organization, product, repository } = mapping;
  const made = product === null ? `${productOf(path, pushProduct)}, which is made at the first push` : product.name;
  const where = `organization ${organization.label} (id ${organization.id}), product ${made}`;
  if (!repository) return point('mapping', `${where}, repository ${path.name}, which is made at the first push`);
  const pulled = repository.containerName === null ? '' : `; pulled from Katello as ${repository.containerName}`;
  return point('mapping', `${where}, repository ${repository.name} (id ${repository.id})${pulled}`);
}

function productOf({ product }: PushPath, pushProduct: string): string {
  if (product.by === 'push-product') return pushProduct;
  return product.by === 'id' ? `id ${product.id}` : product.label;
}

function explainOwner({ mapping, ownedId, path }: ExplanationFacts): Point[] {
  if (isRefusal(mapping)) return [];
  if (ownedId !== null)
    return [point('owner', `${path.path} feeds Katello repository ${ownedId}, and nobody else does`)];
  return [point('owner', 'nobody feeds it yet: the first push to it becomes the owner')];
}

function explainRights({ missingRights, path }: ExplanationFacts): Point {
  const needs = `who pushes to ${path.path} needs view_products and sync_products on its product`;
  if (missingRights === null) return point('rights', `${needs}; what kpr's own account may do could not be read`);
  if (missingRights === 'no-member') {
    return { ...point('rights', "kpr's own account is no member of the organization"), hint: 'make it a member' };
  }
  if (missingRights.length === 0) return point('rights', `${needs}; kpr's own account has what it needs`);
  return {
    ...point('rights', `${needs}; kpr's own account lacks ${missingRights.join(', ')}`),
    hint: 'add them to its role',
  };
}

function explainClaim({ claim, version }: ExplanationFacts): Point {
  if (version === null) return point('claim', 'nothing is pushed there yet');
  if (!claim) return point('claim', `push version ${version} is there; none was ever verified in Katello`);
  const { pushVersion, targetVersion } = claim;
  const seen = `push version ${pushVersion} was verified in Katello (as version ${targetVersion} there)`;
  return point('claim', pushVersion === version ? `${seen}, and is the newest` : `${seen}; the newest is ${version}`);
}

function explainPins({ pins, path }: ExplanationFacts): Point[] {
  if (pins.size === 0) return [point('pins', 'none: no tag was changed in Katello by hand')];
  return [...pins].map(([tag, value]) => {
    const until = value === NOT_PUSHED ? 'it is pushed' : `another image than ${value} is pushed`;
    const { hint } = describeReason('pinned', { tag, path: path.path });
    return { topic: 'pins', message: `${tag} stays as it was set in Katello, until ${until}`, reason: 'pinned', hint };
  });
}

function explainHeld({ plan, path }: ExplanationFacts): Point[] {
  const held = plan?.leftAlone.filter(({ reason }) => reason !== 'pinned') ?? [];
  if (held.length === 0) return [point('held', 'nothing is held back')];
  return held.map(({ tag, reason, message }) => {
    const hint = isReason(reason) ? describeReason(reason, { tag, path: path.path }).hint : null;
    return { topic: 'held', message: `${tag}: ${message}`, reason, hint };
  });
}

function explainLatest({ receipt, alarms }: ExplanationFacts): Point[] {
  const alarming = alarms.map(
    ({ alarm, message, hint }): Point => ({ topic: 'latest', message: `alarm: ${message}`, reason: alarm, hint }),
  );
  if (!receipt) return [point('latest', 'no run of it is remembered'), ...alarming];
  const { version, state, user, pushedAt, error, kind, note } = receipt;
  const by = user === null ? '' : ` by ${user}`;
  const how = kind === 'rollback' ? `, a rollback${note === null ? '' : ` (${note})`}` : '';
  const stage = receipt.stages.at(-1);
  const where = stage && state !== 'done' ? `, at stage ${stage.name}` : '';
  const text = `version ${version} of ${pushedAt}${by}${how} is ${state}${where}`;
  if (!error) return [point('latest', text), ...alarming];
  const { reason, message, hint } = error;
  return [{ topic: 'latest', message: `${text}: ${message}`, reason, hint }, ...alarming];
}

/** The first that applies. */
function explainNext(facts: ExplanationFacts): Point {
  const { mapping, path, version, pausedBy, jobState, receipt, plan, pushHost } = facts;
  if (isRefusal(mapping)) return { ...stop('next', mapping.reason, mapping), message: describeStop(mapping, version) };
  if (version === null) {
    return { ...point('next', 'a first push makes it'), hint: `podman push IMAGE ${pushHost}/${path.path}:1` };
  }
  if (pausedBy !== null) {
    const { message, hint } = describeReason('queue-paused', { login: pausedBy });
    return { topic: 'next', message: `the queue reconcile is paused ${message}`, reason: 'queue-paused', hint };
  }
  if (jobState === 'active') return point('next', 'a run is at it now');
  if (jobState !== null) return point('next', describeJob(jobState, receipt));
  const again = `kpr reprocess ${path.path}`;
  if (receipt?.state === 'failed') return { ...point('next', 'nothing until somebody looks at it'), hint: again };
  const kinds = plan?.actions.map(({ kind }) => kind) ?? [];
  if (kinds.length > 0) return { ...point('next', `the next run would do: ${kinds.join(', ')}`), hint: again };
  return point('next', 'nothing to do: Katello shows what was pushed');
}

function describeStop({ isOutage }: Refusal, version: number | null): string {
  if (isOutage) return 'pushes and runs wait until it answers; nothing is lost';
  return version === null ? 'a push is refused until then' : 'runs and pushes are refused until then';
}

function describeJob(state: string, receipt: Receipt | null): string {
  const { error = null } = receipt ?? {};
  const why = receipt?.state === 'waiting' && error ? ` (${error.reason ?? error.code}: ${error.message})` : '';
  return state === 'delayed' ? `it is tried again by itself${why}` : `it is queued${why}`;
}

function point(topic: Topic, message: string): Point {
  return { topic, message, reason: null, hint: null };
}

function stop(topic: Topic, reason: string, { message, details }: Refusal): Point {
  const hint = isReason(reason) ? describeReason(reason, details).hint : null;
  return { topic, message, reason, hint };
}
