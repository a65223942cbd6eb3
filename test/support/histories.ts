/**
 * Random histories of a push path: pushes, decisions made in Katello, losses, and runs that may stop half-way.
 */
import * as fc from 'fast-check';
import type { Policy } from '../../lib/domain/plan.ts';
import {
  type Catalog,
  childrenOf,
  dropOldTargetVersions,
  dropOldVersions,
  emptyWorld,
  loseLabels,
  push,
  tagInKatello,
  untag,
  untagInKatello,
  upload,
  type World,
} from './world.ts';
import { applyPlan, planFor, reconcile } from './world-run.ts';

/** Four images, two indexes, and an index that Pulp does not copy whole. */
export const CATALOG: Catalog = {
  a1: null,
  a2: null,
  a3: null,
  a4: null,
  b1: ['a1', 'a2'],
  b2: ['a3', 'a4'],
  c1: ['b1'],
};

/** Anything that changes a world. */
export interface Event {
  /** the tag and the manifest that it is about */
  readonly tag: string | null;
  readonly name: string | null;
  readonly apply: (world: World) => World;
  readonly [fc.toStringMethod]: () => string;
}

export const anyTag = fc.constantFrom('1', '2', '10', 'latest');
export const anyManifest = fc.constantFrom(...Object.keys(CATALOG));
/** What can be copied as it is. */
export const anyWhole = fc.constantFrom('a1', 'a2', 'a3', 'a4', 'b1', 'b2');

export const anyPush: fc.Arbitrary<Event> = fc
  .record({ tag: anyTag, name: anyManifest, isWhole: fc.boolean() })
  .map(({ tag, name, isWhole }) =>
    event(`push ${tag}=${name}${isWhole ? '' : ' without its last child'}`, { tag, name }, (world) =>
      push(world, tag, name, childrenOf(world, name).slice(0, isWhole ? undefined : -1)),
    ),
  );

const anyUpload = anyManifest.map((name) => event(`upload ${name}`, { name }, (world) => upload(world, name)));
const anyUntag = anyTag.map((tag) => event(`untag ${tag}`, { tag }, (world) => untag(world, tag)));

/** A decision made in Katello. */
export const anyEdit: fc.Arbitrary<Event> = fc.oneof(
  fc
    .record({ tag: anyTag, name: anyWhole })
    .map(({ tag, name }) =>
      event(`in Katello: ${tag}=${name}`, { tag, name }, (world) => tagInKatello(world, tag, name)),
    ),
  anyTag.map((tag) => event(`in Katello: untag ${tag}`, { tag }, (world) => untagInKatello(world, tag))),
);

const anyLoss = fc.oneof(
  fc.constant(event('old push versions are dropped', {}, dropOldVersions)),
  fc.constant(event("old versions of Katello's are dropped", {}, dropOldTargetVersions)),
  fc.constant(event('labels are lost', {}, loseLabels)),
);

/** A run, whole or of its first actions only. */
export function anyRun(policy: Policy): fc.Arbitrary<Event> {
  const stopped = (count: number) => (world: World) => applyPlan(world, planFor(world, policy), count);
  return fc.oneof(
    fc.constant(event('run', {}, (world) => reconcile(world, policy))),
    fc.nat(8).map((count) => event(`run, stopped after ${count}`, {}, stopped(count))),
  );
}

/** Events of all kinds; half of the time after a few pushes that were published, so that there is something to lose. */
export function anyHistory(policy: Policy = 'full'): fc.Arbitrary<Event[]> {
  const opening = fc
    .array(anyPush, { minLength: 1, maxLength: 3 })
    .map((pushes) => [...pushes, event('run', {}, (world) => reconcile(world, policy))]);
  const anyEvent = fc.oneof(
    { arbitrary: anyPush, weight: 4 },
    { arbitrary: anyRun(policy), weight: 4 },
    { arbitrary: anyEdit, weight: 3 },
    { arbitrary: anyUntag, weight: 2 },
    { arbitrary: anyUpload, weight: 1 },
    { arbitrary: anyLoss, weight: 2 },
  );
  return fc
    .tuple(fc.oneof(fc.constant([]), opening), fc.array(anyEvent, { maxLength: 12, size: 'max' }))
    .map(([first, rest]) => [...first, ...rest]);
}

/** How a world came about. */
export interface Start {
  readonly dropsSuperseded: boolean;
  readonly events: readonly Event[];
}

export function anyStart(policy: Policy = 'full'): fc.Arbitrary<Start> {
  return fc.record({ dropsSuperseded: fc.boolean(), events: anyHistory(policy) });
}

/** @throws when a run asked for what a server refuses */
export function worldOf({ dropsSuperseded, events }: Start): World {
  return play(emptyWorld(CATALOG, dropsSuperseded), events);
}

export function play(world: World, events: readonly Event[]): World {
  return events.reduce((one, { apply }) => apply(one), world);
}

/** Runs until nothing is left to do: once, and once more to drop what an earlier owner left. @throws if that is not enough */
export function settle(world: World, policy: Policy = 'full'): World {
  const settled = reconcile(reconcile(world, policy), policy);
  const left = planFor(settled, policy).actions;
  if (left.length > 0) throw new Error(`still to do: ${JSON.stringify(left)}`);
  return settled;
}

/** `what` is printed when a property fails. */
function event(what: string, about: Partial<Pick<Event, 'tag' | 'name'>>, apply: Event['apply']): Event {
  return { tag: null, name: null, ...about, apply, [fc.toStringMethod]: () => what };
}
