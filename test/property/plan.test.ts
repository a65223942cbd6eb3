/**
 * The planner in every world: random histories on a model of both servers, which refuses what a server refuses.
 */
import { expect } from 'chai';
import * as fc from 'fast-check';
import { type Plan, planPath } from '../../lib/domain/plan.ts';
import type { Manifest } from '../../lib/domain/snapshot.ts';
import {
  anyEdit,
  anyPush,
  anyRun,
  anyStart,
  anyTag,
  anyWhole,
  type Event,
  play,
  settle,
  worldOf,
} from '../support/histories.ts';
import {
  push,
  pushedTags,
  servedTags,
  tagInKatello,
  targetTags,
  untagInKatello,
  upload,
  type World,
} from '../support/world.ts';
import { applyPlan, type Observed, observe, planFor, reconcile } from '../support/world-run.ts';

const RUNS = { numRuns: 800 };

const leftAlone = ({ leftAlone: left }: Plan): string[] => left.map(({ tag }) => tag);
const kindsOf = ({ actions }: Plan): string[] => actions.map(({ kind }) => kind);
const notOn = (events: readonly Event[], tag: string): Event[] => events.filter((event) => event.tag !== tag);

/** What matters of a world once it is settled. */
function endOf(world: World): unknown {
  return { served: Object.fromEntries(servedTags(world)), pins: Object.fromEntries(observe(world).pins) };
}

describe('planPath in every world', function () {
  this.timeout(20_000); // hundreds of histories each

  it('makes Katello serve what was pushed, but for what it says it leaves alone', () => {
    fc.assert(
      fc.property(anyStart(), (start) => {
        const world = worldOf(start);
        const plan = planFor(world);

        const after = applyPlan(world, plan);
        const served = servedTags(after);

        const left = new Set(leftAlone(plan));
        const pushed = pushedTags(world);
        for (const tag of [...pushed.keys(), ...served.keys()].filter((one) => !left.has(one))) {
          expect(served.get(tag), tag).to.equal(pushed.get(tag));
        }
        if (targetTags(after).size > 0) expect(after.publishedVersion).to.equal(after.target.length - 1);
      }),
      RUNS,
    );
  });

  it('leaves alone what it says it leaves alone', () => {
    fc.assert(
      fc.property(anyStart(), (start) => {
        const world = worldOf(start);
        const plan = planFor(world);

        const after = targetTags(applyPlan(world, plan));

        for (const tag of leftAlone(plan)) expect(after.get(tag), tag).to.equal(targetTags(world).get(tag));
      }),
      RUNS,
    );
  });

  it('finds nothing to do in a settled world', () => {
    fc.assert(
      fc.property(anyStart(), (start) => {
        expect(planFor(settle(worldOf(start))).actions).to.deep.equal([]);
      }),
      RUNS,
    );
  });

  it('settles in one run where superseded manifests stay', () => {
    fc.assert(
      fc.property(anyStart(), (start) => {
        const world = worldOf({ ...start, dropsSuperseded: false });

        expect(planFor(reconcile(world)).actions).to.deep.equal([]);
      }),
      RUNS,
    );
  });

  it('gives the same plan in whatever order things were read', () => {
    fc.assert(
      fc.property(anyStart(), (start) => {
        const observed = observe(worldOf(start));
        const { pushed, target, claim, pins } = reversed(observed);

        const plan = planPath(pushed, target, claim, pins, 'full');

        expect(print(plan)).to.equal(print(planPath(observed.pushed, observed.target, claim, observed.pins, 'full')));
      }),
      RUNS,
    );
  });

  it('comes to the same end after any first part of a run', () => {
    fc.assert(
      fc.property(anyStart(), fc.nat(10), (start, count) => {
        const world = worldOf(start);

        const interrupted = applyPlan(world, planFor(world), count);

        expect(endOf(settle(interrupted))).to.deep.equal(endOf(settle(world)));
      }),
      RUNS,
    );
  });

  it('follows a tag from A to B and back to A, whether or not the run for B was finished', () => {
    fc.assert(
      fc.property(anyStart(), anyTag, anyWhole, anyWhole, fc.nat(10), (start, tag, a, b, count) => {
        const first = settle(push(worldOf(start), tag, a));
        fc.pre(!leftAlone(planFor(first)).includes(tag));
        const second = push(first, tag, b);

        const world = reconcile(push(applyPlan(second, planFor(second), count), tag, a));

        expect(servedTags(world).get(tag)).to.equal(a);
      }),
      RUNS,
    );
  });

  it('keeps a tag as it was set in Katello until something else is pushed to it', () => {
    const anyElse = fc.array(fc.oneof(anyPush, anyEdit, anyRun('full')), { maxLength: 8 });
    fc.assert(
      fc.property(anyStart(), anyTag, anyWhole, anyWhole, anyElse, (start, tag, set, pushed, between) => {
        const settled = settle(push(worldOf(start), tag, set === 'a1' ? 'a2' : 'a1'));
        fc.pre(!leftAlone(planFor(settled)).includes(tag) && set !== pushed);

        const world = reconcile(play(tagInKatello(settled, tag, set), notOn(between, tag)));
        expect(servedTags(world).get(tag)).to.equal(set);

        fc.pre(pushed !== pushedTags(world).get(tag));
        expect(servedTags(reconcile(push(world, tag, pushed))).get(tag)).to.equal(pushed);
      }),
      RUNS,
    );
  });

  it('keeps a tag out that was removed in Katello until something else is pushed to it', () => {
    const anyElse = fc.array(fc.oneof(anyPush, anyEdit, anyRun('full')), { maxLength: 8 });
    fc.assert(
      fc.property(anyStart(), anyTag, anyElse, (start, tag, between) => {
        const settled = settle(push(worldOf(start), tag, 'a1'));
        fc.pre(servedTags(settled).get(tag) === 'a1' && !leftAlone(planFor(settled)).includes(tag));

        const world = reconcile(play(untagInKatello(settled, tag), notOn(between, tag)));
        expect(servedTags(world).has(tag)).to.equal(false);

        expect(servedTags(reconcile(push(world, tag, 'a2'))).get(tag)).to.equal('a2');
      }),
      RUNS,
    );
  });

  it('lets a push win over a decision in Katello that it did not see, whichever came first', () => {
    fc.assert(
      fc.property(anyStart(), anyTag, anyWhole, anyWhole, fc.boolean(), (start, tag, set, pushed, isPushedFirst) => {
        const settled = settle(worldOf(start));
        fc.pre(pushed !== pushedTags(settled).get(tag) && observe(settled).pins.get(tag) !== `sha256:${pushed}`);
        const changes = [(world: World) => push(world, tag, pushed), (world: World) => tagInKatello(world, tag, set)];

        const world = (isPushedFirst ? changes : changes.toReversed()).reduce((one, change) => change(one), settled);

        expect(servedTags(reconcile(world)).get(tag)).to.equal(pushed);
      }),
      RUNS,
    );
  });

  it('never changes a pinned tag, and reports it, until its pushed value changes', () => {
    fc.assert(
      fc.property(anyStart(), fc.array(fc.oneof(anyPush, anyRun('full')), { maxLength: 6 }), (start, between) => {
        const before = reconcile(worldOf(start));
        fc.pre(pushedTags(before).size > 0);
        const after = play(before, between);
        const plan = planFor(after);

        for (const tag of observe(before).pins.keys()) {
          const isEqual = pushedTags(before).get(tag) === targetTags(before).get(tag);
          if (isEqual || between.some((event) => event.tag === tag)) continue;
          expect(targetTags(applyPlan(after, plan)).get(tag)).to.equal(targetTags(before).get(tag));
          expect(plan.leftAlone.some((left) => left.tag === tag && left.reason === 'pinned')).to.equal(true);
        }
      }),
      RUNS,
    );
  });

  it('publishes a held tag as soon as its index is whole, whatever else happened meanwhile', () => {
    const anyElse = fc.array(fc.oneof(anyPush, anyEdit, anyRun('full')), { maxLength: 8 });
    fc.assert(
      fc.property(anyTag, anyElse, fc.boolean(), (tag, between, dropsSuperseded) => {
        const held = reconcile(push(worldOf({ dropsSuperseded, events: [] }), tag, 'b2', ['a3']));
        expect(planFor(held).leftAlone).to.deep.equal([
          { tag, reason: 'incomplete-index', details: { tag, digest: 'sha256:a4' } },
        ]);

        const harmless = notOn(between, tag).filter(({ name }) => name !== 'b2' && name !== 'a4');
        const world = play(held, harmless);

        expect(servedTags(reconcile(upload(world, 'a4'))).get(tag)).to.equal('b2');
      }),
      RUNS,
    );
  });

  it('does with a tag what it would do if nobody had changed another one in Katello', () => {
    fc.assert(
      fc.property(anyStart(), fc.array(anyPush, { maxLength: 4 }), anyEdit, (start, pushes, edit) => {
        const pushed = play(push(settle(worldOf(start)), 'stays', 'a1'), pushes);
        const decisionsBut = (world: World): unknown => {
          const after = reconcile(world);
          const others = (tags: ReadonlyMap<string, string>) =>
            Object.fromEntries([...tags].filter(([tag]) => tag !== edit.tag));
          return { served: others(servedTags(after)), pins: others(observe(after).pins) };
        };

        expect(decisionsBut(edit.apply(pushed))).to.deep.equal(decisionsBut(pushed));
      }),
      RUNS,
    );
  });

  it('removes no tag that no claim covers, and only manifests of tags that moved', () => {
    fc.assert(
      fc.property(anyStart(), (start) => {
        const world = { ...worldOf(start), labels: {} };
        const plan = planFor(world);

        const moved = plan.actions.flatMap((action) =>
          action.kind === 'copy-tags' ? action.tags.map(({ from }) => from) : [],
        );
        for (const action of plan.actions) {
          expect(action.kind).to.not.equal('remove-tags');
          if (action.kind === 'remove-manifests') {
            expect(moved).to.include.members(action.manifests.map(({ digest }) => digest));
          }
        }
      }),
      RUNS,
    );
  });

  it('never moves or removes anything under the policy create-only', () => {
    fc.assert(
      fc.property(anyStart('create-only'), (start) => {
        const world = worldOf(start);
        const plan = planFor(world, 'create-only');

        const after = targetTags(applyPlan(world, plan));

        expect(kindsOf(plan).filter((kind) => kind.startsWith('remove-'))).to.deep.equal([]);
        for (const [tag, name] of targetTags(world)) expect(after.get(tag), tag).to.equal(name);
      }),
      RUNS,
    );
  });

  it('never takes the last tag away, at no point of a run', () => {
    fc.assert(
      fc.property(anyStart(), fc.nat(10), (start, count) => {
        const world = worldOf(start);
        fc.pre(targetTags(world).size > 0);

        expect(targetTags(applyPlan(world, planFor(world), count)).size).to.be.greaterThan(0);
      }),
      RUNS,
    );
  });

  it('removes nothing on behalf of an empty push repository', () => {
    fc.assert(
      fc.property(anyStart(), (start) => {
        const world = worldOf(start);
        const emptied = { ...world, pushed: [...world.pushed, new Map<string, string>()] };

        expect(kindsOf(planFor(emptied)).filter((kind) => kind.startsWith('remove-'))).to.deep.equal([]);
        expect([...targetTags(reconcile(emptied))]).to.deep.equal([...targetTags(world)]);
      }),
      RUNS,
    );
  });

  it('leaves no unused image in a repository that is ours, where superseded manifests have to go', () => {
    fc.assert(
      fc.property(anyStart(), (start) => {
        const { pushed, target } = observe(settle(worldOf({ ...start, dropsSuperseded: true })));
        fc.pre(pushed.tags.size > 0 && target.tags.size > 0);

        const manifests: readonly Manifest[] = target.manifests ?? [];
        const tagged = [...target.tags.values()].map(({ manifest }) => manifest?.href);
        const listed = manifests.flatMap(({ children }) => children);
        for (const { kind, href } of manifests) {
          if (kind === 'image') expect([...tagged, ...listed]).to.include(href);
        }
      }),
      RUNS,
    );
  });
});

function reversed({ pushed, target, claim, pins }: Observed): Observed {
  const { atClaim } = pushed;
  return {
    pushed: {
      ...pushed,
      tags: backwards(pushed.tags),
      atClaim: atClaim instanceof Map ? backwards(atClaim) : atClaim,
    },
    target: {
      ...target,
      tags: backwards(target.tags),
      manifests: target.manifests?.toReversed() ?? null,
      knownLists: new Set([...target.knownLists].toReversed()),
    },
    claim,
    pins: backwards(pins),
  };
}

function backwards<K, V>(map: ReadonlyMap<K, V>): Map<K, V> {
  return new Map([...map].toReversed());
}

/** Byte for byte, the order of pins too. */
function print(plan: Plan): string {
  return JSON.stringify({ ...plan, pins: [...plan.pins] });
}
