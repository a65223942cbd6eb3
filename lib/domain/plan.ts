/**
 * The plan: what would make Katello show what was pushed. Pure; the same input gives the same plan, byte for byte.
 *
 * | target is | a tag that differs is copied or removed | it is pinned: left as somebody set it in Katello |
 * | --- | --- | --- |
 * | ours | always | never anew |
 * | foreign, the tag as it was at the claim | always | never anew |
 * | foreign, the tag changed since | if its pushed value changed since the claim | if it did not |
 * | the same, push version of the claim gone | if it is pushed | if it is not pushed |
 * | unclaimed | if it is pushed; nothing is removed | if it is not pushed |
 *
 * Before that: equal tags are left; a pin holds until the pushed value differs from it; an index that cannot be copied
 * whole is held, in every plan anew. After that: a policy may forbid moves and removals, and the last tags stay.
 */
import type { Claim, Pins } from './claim.ts';
import type { Details, LeftAloneReason } from './reason.ts';
import type { Manifest, Pushed, Tag, Target } from './snapshot.ts';
import { findSuperseded } from './superseded.ts';
import { decideTags, manifestOf, ownershipOf, type TagDecision, tagAfter } from './tag-decision.ts';

/**
 * What may be carried out. `create-only` forbids moving and removing tags and removing manifests; the others do not
 * limit a plan (`keep-orphans` forbids deleting push repositories).
 */
export type Policy = 'full' | 'keep-orphans' | 'create-only';

/** A content unit: its href in Pulp, and the digest that people know it by. */
export interface Unit {
  readonly href: string;
  readonly digest: string;
}

export interface CopiedTag extends Unit {
  readonly name: string;
  /** digest that target's tag of that name has now; null when there is none */
  readonly from: string | null;
}

export interface RemovedTag extends Unit {
  readonly name: string;
}

/** One idempotent change. Hrefs of tags are the units to add and remove. */
export type Action =
  | { readonly kind: 'protect'; readonly reason: 'unprotected' }
  | { readonly kind: 'create-product'; readonly reason: 'product-missing' }
  | { readonly kind: 'create-repository'; readonly reason: 'repository-missing' }
  | { readonly kind: 'index-lists'; readonly reason: 'list-unknown'; readonly lists: readonly Unit[] }
  | { readonly kind: 'copy-tags'; readonly reason: 'tag-new' | 'tag-moved'; readonly tags: readonly CopiedTag[] }
  | { readonly kind: 'remove-tags'; readonly reason: 'tag-deleted'; readonly tags: readonly RemovedTag[] }
  | { readonly kind: 'remove-manifests'; readonly reason: 'superseded'; readonly manifests: readonly Unit[] }
  | {
      readonly kind: 'publish';
      readonly reason: 'unpublished';
      /** a tag that target has after the actions before: naming it makes Katello read the whole version */
      readonly tag: string;
      /** null when its manifest was not read, because both sides have the tag */
      readonly digest: string | null;
    }
  | {
      readonly kind: 'pin';
      readonly reason: 'changed-in-katello';
      /** tags pinned from now on, or to another value */
      readonly added: readonly string[];
      /** tags pinned no longer */
      readonly dissolved: readonly string[];
    }
  /** what target's version will be is known only then */
  | { readonly kind: 'claim'; readonly reason: 'claim-missing'; readonly pushVersion: number };

/** A tag that stays as it is though the sides differ. */
export interface LeftAlone {
  readonly tag: string;
  readonly reason: LeftAloneReason;
  /** fill the texts of the reason */
  readonly details: Details;
}

export interface Plan {
  /** in the order to carry them out: any number of the first ones leaves a world from which a new plan goes on */
  readonly actions: readonly Action[];
  /** sorted by tag */
  readonly leftAlone: readonly LeftAlone[];
  /** what is pinned after this plan, sorted by tag */
  readonly pins: Pins;
}

/** Names that Pulp's `tag/` takes, by which Katello publishes (pulp_container 2.9 to 2.30). Pushes may use others. */
const TAGGABLE = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * Decides what would make Katello show what was pushed. Empty when it does already.
 *
 * @throws E_INVARIANT when a snapshot lacks what it promises
 */
export function planPath(pushed: Pushed, target: Target, claim: Claim | null, pins: Pins, policy: Policy): Plan {
  const ownership = ownershipOf(target, claim);
  // a pin is about a tag of the Katello repository: without one there is nothing to pin
  const validPins: Pins = target.repositoryId === null ? new Map() : pins;
  const decisions = decideTags(pushed, target, ownership, validPins).map((decision) => restrict(decision, policy));
  const mayRemove = policy !== 'create-only' && pushed.tags.size > 0;
  const superseded = mayRemove ? findSuperseded(target, decisions, ownership) : [];
  const newPins = new Map(decisions.flatMap((one) => (one.kind === 'pinned' ? [[one.name, one.value]] : [])));

  const changes = [...planCopies(target, decisions), ...planRemovals(decisions, superseded)];
  const publish = planPublish(target, claim, decisions, changes.length > 0);
  const pin = planPin(pins, newPins);
  const isClaimed = claim?.pushVersion === pushed.version && claim.targetVersion === target.version;
  const isSettled = isClaimed && publish.length + pin.length === 0;
  const hasRepository = target.repositoryId !== null || changes.length > 0;
  return {
    actions: [
      ...planProtection(pushed),
      ...planCreation(target, decisions),
      ...changes,
      ...publish,
      ...(hasRepository ? pin : []),
      ...(hasRepository && !isSettled ? [planClaim(pushed)] : []),
    ],
    leftAlone: decisions.flatMap(toLeftAlone),
    pins: newPins,
  };
}

function restrict(decision: TagDecision, policy: Policy): TagDecision {
  const { kind, name, there } = decision;
  const isForbidden = policy === 'create-only' && there !== null && (kind === 'copy' || kind === 'remove');
  if (!isForbidden) return decision;
  return { kind: 'kept', reason: 'policy', name, there, action: kind === 'copy' ? 'copy-tags' : 'remove-tags' };
}

function planProtection({ isProtected }: Pushed): Action[] {
  return isProtected ? [] : [{ kind: 'protect', reason: 'unprotected' }];
}

function planCreation({ productId, repositoryId }: Target, decisions: readonly TagDecision[]): Action[] {
  const actions: Action[] = [];
  if (!decisions.some(({ kind }) => kind === 'copy')) return actions;
  if (productId === null) actions.push({ kind: 'create-product', reason: 'product-missing' });
  if (repositoryId === null) actions.push({ kind: 'create-repository', reason: 'repository-missing' });
  return actions;
}

function planCopies({ knownLists }: Target, decisions: readonly TagDecision[]): Action[] {
  const copies = decisions.filter((decision) => decision.kind === 'copy');
  const lists = copies
    .map(({ tag }) => tag.manifest)
    .filter(({ kind, digest }) => kind === 'list' && !knownLists.has(digest));
  const tags = copies.map(toCopiedTag);
  const added = tags.filter(({ from }) => from === null);
  const moved = tags.filter(({ from }) => from !== null);

  const actions: Action[] = [];
  if (lists.length > 0) actions.push({ kind: 'index-lists', reason: 'list-unknown', lists: toUnits(lists) });
  if (added.length > 0) actions.push({ kind: 'copy-tags', reason: 'tag-new', tags: added });
  if (moved.length > 0) actions.push({ kind: 'copy-tags', reason: 'tag-moved', tags: moved });
  return actions;
}

function planRemovals(decisions: readonly TagDecision[], superseded: readonly Manifest[]): Action[] {
  const tags = decisions.flatMap(({ kind, there }) => (kind === 'remove' && there ? [toRemovedTag(there)] : []));
  const manifests = toUnits(superseded);

  const actions: Action[] = [];
  if (tags.length > 0) actions.push({ kind: 'remove-tags', reason: 'tag-deleted', tags });
  if (manifests.length > 0) actions.push({ kind: 'remove-manifests', reason: 'superseded', manifests });
  return actions;
}

/** Also when an earlier run stopped before it published, or Katello lost sight of what it saved. */
function planPublish(
  target: Target,
  claim: Claim | null,
  decisions: readonly TagDecision[],
  isChanged: boolean,
): Action[] {
  const { version, publishedVersion, servedVersion } = target;
  const isBehind = version !== publishedVersion || (servedVersion !== 'unread' && servedVersion !== version);
  const isUnverified = claim !== null && version !== claim.targetVersion;
  const tag = isChanged || isBehind || isUnverified ? findTagToName(decisions) : null;
  return tag ? [{ kind: 'publish', reason: 'unpublished', tag: tag.name, digest: tag.manifest?.digest ?? null }] : [];
}

/**
 * A tag that stays as it is and whose digest is known; else one that arrives; else any that stays. Of these one that
 * Katello can name, if there is one.
 */
function findTagToName(decisions: readonly TagDecision[]): Tag | null {
  const staying = decisions.filter(({ kind }) => kind !== 'copy').flatMap((decision) => tagAfter(decision) ?? []);
  const arriving = decisions.filter(({ kind }) => kind === 'copy').flatMap((decision) => tagAfter(decision) ?? []);
  const tags = [
    ...staying.filter(({ manifest }) => manifest),
    ...arriving,
    ...staying.filter(({ manifest }) => !manifest),
  ];
  return tags.find(({ name }) => TAGGABLE.test(name)) ?? tags[0] ?? null;
}

function planPin(before: Pins, after: Pins): Action[] {
  const added = [...after].filter(([tag, value]) => before.get(tag) !== value).map(([tag]) => tag);
  const dissolved = [...before.keys()].filter((tag) => !after.has(tag)).toSorted();
  if (added.length + dissolved.length === 0) return [];
  return [{ kind: 'pin', reason: 'changed-in-katello', added, dissolved }];
}

function planClaim({ version }: Pushed): Action {
  return { kind: 'claim', reason: 'claim-missing', pushVersion: version };
}

function toLeftAlone(decision: TagDecision): LeftAlone[] {
  const { name: tag } = decision;
  switch (decision.kind) {
    case 'same':
    case 'copy':
    case 'remove':
      return [];
    case 'pinned':
      return [{ tag, reason: 'pinned', details: { tag } }];
    case 'held':
      return [{ tag, reason: decision.reason, details: { tag, digest: decision.digest } }];
    case 'kept':
      return [
        {
          tag,
          reason: decision.reason,
          details: { tag, ...(decision.reason === 'policy' && { action: decision.action }) },
        },
      ];
    default:
      return decision satisfies never;
  }
}

function toCopiedTag({ name, there, tag }: TagDecision & { kind: 'copy' }): CopiedTag {
  return { name, href: tag.href, digest: tag.manifest.digest, from: there && manifestOf(there).digest };
}

function toRemovedTag(tag: Tag): RemovedTag {
  return { name: tag.name, href: tag.href, digest: manifestOf(tag).digest };
}

/** Each once, by digest. */
function toUnits(manifests: readonly Manifest[]): Unit[] {
  const digests = new Map(manifests.map(({ href, digest }) => [href, digest]));
  return [...digests].map(([href, digest]) => ({ href, digest })).toSorted((a, b) => (a.digest < b.digest ? -1 : 1));
}
