import { expect } from 'chai';
import type { Action, Plan } from '../../lib/domain/plan.ts';
import { emptyWorld, loseLabels, push, servedTags, tagInKatello, targetTags, untagInKatello } from './world.ts';
import { applyPlan, observe, planFor, reconcile } from './world-run.ts';

const world = emptyWorld({ aa: null, bb: null, cc: ['aa', 'bb'], dd: ['cc'] });

const planOf = (...actions: Action[]): Plan => ({ actions, leftAlone: [], pins: new Map() });
const unit = (name: string) => ({ href: `/manifests/${name}/`, digest: `sha256:${name}` });
const copy = (tag: string, name: string): Action => ({
  kind: 'copy-tags',
  reason: 'tag-new',
  tags: [{ name: tag, ...unit(name), from: null }],
});
const publish = (tag: string, name: string): Action => ({
  kind: 'publish',
  reason: 'unpublished',
  tag,
  digest: `sha256:${name}`,
});

describe('the model of both servers', () => {
  const pushed = push(world, '1', 'aa');
  const made = applyPlan(
    pushed,
    planOf(
      { kind: 'create-product', reason: 'product-missing' },
      { kind: 'create-repository', reason: 'repository-missing' },
    ),
  );

  it('reads manifests only where the sides differ', () => {
    const { pushed: here, target } = observe(push(reconcile(pushed), '2', 'bb'));

    expect([...here.tags.values()].map(({ manifest }) => manifest?.digest)).to.deep.equal([undefined, 'sha256:bb']);
    expect([...target.tags.values()].map(({ manifest }) => manifest)).to.deep.equal([null]);
  });

  it('serves what was published, not what was copied', () => {
    const copied = applyPlan(made, planOf(copy('1', 'aa')));

    expect([...targetTags(copied).keys()]).to.deep.equal(['1']);
    expect([...servedTags(copied).keys()]).to.deep.equal([]);
    expect([...servedTags(applyPlan(copied, planOf(publish('1', 'aa')))).keys()]).to.deep.equal(['1']);
  });

  it('makes no version where nothing changes', () => {
    const once = applyPlan(made, planOf(copy('1', 'aa')));

    expect(applyPlan(once, planOf(copy('1', 'aa'))).target.length).to.equal(once.target.length);
  });

  it('knows a decision made in Katello from an own write', () => {
    const settled = reconcile(pushed);

    expect(observe(tagInKatello(settled, '1', 'bb')).target.isForeign).to.equal(true);
    expect(observe(untagInKatello(settled, '1')).target.isForeign).to.equal(true);
    expect(observe(applyPlan(push(settled, '2', 'bb'), planOf(copy('2', 'bb')))).target.isForeign).to.equal(false);
  });

  it('has no claim without labels', () => {
    expect(observe(reconcile(pushed)).claim).to.not.equal(null);
    expect(observe(loseLabels(reconcile(pushed))).claim).to.equal(null);
  });

  it('takes along what only a removed tag needed', () => {
    const both = reconcile(push(push(world, '1', 'cc'), '2', 'aa'));
    const removal: Action = { kind: 'remove-tags', reason: 'tag-deleted', tags: [{ name: '1', ...unit('cc') }] };

    expect([...(applyPlan(both, planOf(removal)).target.at(-1)?.manifests ?? [])]).to.deep.equal(['aa']);
  });

  const index = push(made, '1', 'cc');
  const refused: Record<string, [typeof made, Action]> = {
    'a product twice': [made, { kind: 'create-product', reason: 'product-missing' }],
    'a repository twice': [made, { kind: 'create-repository', reason: 'repository-missing' }],
    'what was not pushed': [made, copy('1', 'bb')],
    'an index whose child is missing': [push(made, '1', 'cc', ['aa']), copy('1', 'cc')],
    'an index of indexes': [push(index, '1', 'dd'), copy('1', 'dd')],
    'a tag that is not there': [made, publish('1', 'aa')],
    'a digest that the tag does not have': [applyPlan(made, planOf(copy('1', 'aa'))), publish('1', 'bb')],
    'an index that Katello does not know': [applyPlan(index, planOf(copy('1', 'cc'))), publish('1', 'cc')],
    'the manifest of a tag': [
      reconcile(pushed),
      { kind: 'remove-manifests', reason: 'superseded', manifests: [unit('aa')] },
    ],
    'the child of an index': [
      reconcile(index),
      { kind: 'remove-manifests', reason: 'superseded', manifests: [unit('bb')] },
    ],
  };
  for (const [what, [before, action]] of Object.entries(refused)) {
    it(`refuses ${what} (${action.kind})`, () => {
      expect(() => applyPlan(before, planOf(action))).to.throw('refused');
    });
  }

  it('settles after one run', () => {
    expect(planFor(reconcile(index)).actions).to.deep.equal([]);
  });
});
