/**
 * What should become of each tag: the rules of plan.ts, one tag at a time.
 */
import { InvariantError } from '../errors.ts';
import { type Claim, NOT_PUSHED, type Pins } from './claim.ts';
import type { Manifest, Pushed, Tag, Target } from './snapshot.ts';

/** `there` is the tag as target has it; null when target lacks it. */
export type TagDecision = { readonly name: string; readonly there: Tag | null } & (
  | { readonly kind: 'same' }
  | { readonly kind: 'copy'; readonly tag: Tag & { readonly manifest: Manifest } }
  | { readonly kind: 'remove' }
  | { readonly kind: 'pinned'; readonly value: string }
  | { readonly kind: 'held'; readonly reason: 'incomplete-index' | 'nested-index'; readonly digest: string }
  | { readonly kind: 'kept'; readonly reason: 'last-tag' }
  | { readonly kind: 'kept'; readonly reason: 'policy'; readonly action: 'copy-tags' | 'remove-tags' }
);

/**
 * Whose target is. `ours`: nobody else changed its tags since the claim. `foreign`: somebody did. `unclaimed`: nothing
 * proves that the reactor ever wrote it.
 */
export type Ownership = 'ours' | 'foreign' | 'unclaimed';

export function ownershipOf(target: Target, claim: Claim | null): Ownership {
  if (!claim) return 'unclaimed';
  return claim.targetVersion === target.version || !target.isForeign ? 'ours' : 'foreign';
}

/**
 * One decision a tag, sorted by name (UTF-16 units), for tags that are pushed, in target or pinned.
 *
 * @throws E_INVARIANT when a snapshot lacks what it promises
 */
export function decideTags(pushed: Pushed, target: Target, ownership: Ownership, pins: Pins): TagDecision[] {
  const names = new Set([...pushed.tags.keys(), ...target.tags.keys(), ...pins.keys()]);
  const decisions = [...names].toSorted().map((name) => decideTag(name, pushed, ownership, pins, target));
  return keepLastTags(decisions, pushed);
}

/** The tag as target has it after the decision was carried out. */
export function tagAfter(decision: TagDecision): Tag | null {
  if (decision.kind === 'copy') return decision.tag;
  return decision.kind === 'remove' ? null : decision.there;
}

/** The manifest of a tag that differs between the sides: always read. @throws E_INVARIANT when it was not */
export function manifestOf(tag: Tag): Manifest {
  if (!tag.manifest) throw new InvariantError(`the manifest of tag ${tag.name} was not read`);
  return tag.manifest;
}

function decideTag(name: string, pushed: Pushed, ownership: Ownership, pins: Pins, target: Target): TagDecision {
  const tag = pushed.tags.get(name) ?? null;
  const there = target.tags.get(name) ?? null;
  const pin = pins.get(name);
  // an empty push repository may be a broken one: it dissolves no pin
  if (pin !== undefined && pushed.tags.size === 0) return { kind: 'pinned', name, there, value: pin };
  if (tag?.href === there?.href) return { kind: 'same', name, there };

  const value = tag ? manifestOf(tag).digest : NOT_PUSHED;
  if (pin === value) return { kind: 'pinned', name, there, value };

  const problem = tag ? problemOf(manifestOf(tag)) : null;
  if (problem) return { kind: 'held', name, there, ...problem };

  if (!isPushersDecision({ name, tag, there }, ownership, pushed, target))
    return { kind: 'pinned', name, there, value };
  return tag
    ? { kind: 'copy', name, there, tag: { ...tag, manifest: manifestOf(tag) } }
    : { kind: 'remove', name, there };
}

/** A tag of both sides. */
interface Pair {
  readonly name: string;
  readonly tag: Tag | null;
  readonly there: Tag | null;
}

/**
 * True if the sides differ because somebody pushed; false if because somebody changed target. A tag that target has as it
 * was at the claim was left to the reactor, whoever changed others: it may have been held back until now.
 */
function isPushersDecision({ name, tag, there }: Pair, ownership: Ownership, pushed: Pushed, target: Target): boolean {
  if (ownership === 'ours') return true;
  if (ownership === 'unclaimed') return tag !== null;
  if (!pushed.atClaim || !target.atClaim) throw new InvariantError('the tags at the claimed versions were not read');
  if (target.atClaim !== 'gone' && target.atClaim.get(name) === there?.href) return true;
  return pushed.atClaim === 'gone' ? tag !== null : pushed.atClaim.get(name) !== tag?.href;
}

/** Why an index cannot be copied whole; null if it can. */
function problemOf(manifest: Manifest): { reason: 'incomplete-index' | 'nested-index'; digest: string } | null {
  const [missing] = manifest.missing;
  if (missing !== undefined) return { reason: 'incomplete-index', digest: missing };
  return manifest.isNested ? { reason: 'nested-index', digest: manifest.digest } : null;
}

/** Turns removals into keeping, where nothing is pushed or no tag would be left. */
function keepLastTags(decisions: TagDecision[], pushed: Pushed): TagDecision[] {
  if (pushed.tags.size > 0 && decisions.some((decision) => tagAfter(decision))) return decisions;
  return decisions.map((decision) =>
    decision.kind === 'remove'
      ? { kind: 'kept', reason: 'last-tag', name: decision.name, there: decision.there }
      : decision,
  );
}
