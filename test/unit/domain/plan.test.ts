import { expect } from 'chai';
import type { Claim, Pins } from '../../../lib/domain/claim.ts';
import { type Action, type Plan, planPath } from '../../../lib/domain/plan.ts';
import type { Pushed, Target } from '../../../lib/domain/snapshot.ts';
import {
  hrefsOf,
  image,
  index,
  type Named,
  pushedWith,
  tagHref,
  tagsOf,
  targetWith,
  UUID,
} from '../../support/snapshots.ts';

const a = image('aa');
const b = image('bb');
const c = image('cc');
const claim: Claim = { uuid: UUID, repositoryId: 42, pushVersion: 12, targetVersion: 7 };
const olderClaim: Claim = { ...claim, pushVersion: 11 };
const noPins: Pins = new Map();

const plan = (pushed: Pushed, target: Target, known: Claim | null = claim, pins: Pins = noPins): Plan =>
  planPath(pushed, target, known, pins, 'keep-orphans');

const kinds = ({ actions }: Plan): Action['kind'][] => actions.map(({ kind }) => kind);

function find<K extends Action['kind']>({ actions }: Plan, kind: K): Action & { kind: K } {
  const found = actions.find((action): action is Action & { kind: K } => action.kind === kind);
  if (!found) throw new Error(`no ${kind} among ${actions.map((action) => action.kind).join(', ')}`);
  return found;
}

const copied = (result: Plan) =>
  result.actions.flatMap((action) => (action.kind === 'copy-tags' ? action.tags.map(({ name }) => name) : []));
const removed = (result: Plan) =>
  result.actions.flatMap((action) => (action.kind === 'remove-tags' ? action.tags.map(({ name }) => name) : []));
const left = ({ leftAlone }: Plan) => leftAlone.map(({ tag, reason }) => `${tag} ${reason}`);

describe('planPath', () => {
  describe('on a settled path', () => {
    it('does nothing', () => {
      expect(plan(pushedWith({ 1: a }), targetWith({ 1: a }))).to.deep.equal({
        actions: [],
        leftAlone: [],
        pins: new Map(),
      });
    });

    it('protects the distribution, and nothing else', () => {
      const { actions } = plan(pushedWith({ 1: a }, { isProtected: false }), targetWith({ 1: a }));

      expect(actions).to.deep.equal([{ kind: 'protect', reason: 'unprotected' }]);
    });
  });

  describe('on a first push', () => {
    const nothing = targetWith({}, { productId: null, repositoryId: null, version: 0 });

    it('makes everything, in order', () => {
      const list = index('11', a, b);
      const pushed = pushedWith({ 1: list }, { isProtected: false, ownedRepositoryId: null });

      const { actions, leftAlone, pins } = plan(pushed, nothing, null);

      expect(actions).to.deep.equal([
        { kind: 'protect', reason: 'unprotected' },
        { kind: 'create-product', reason: 'product-missing' },
        { kind: 'create-repository', reason: 'repository-missing' },
        { kind: 'index-lists', reason: 'list-unknown', lists: [{ href: list.href, digest: list.digest }] },
        {
          kind: 'copy-tags',
          reason: 'tag-new',
          tags: [{ name: '1', href: tagHref('1', list), digest: list.digest, from: null }],
        },
        { kind: 'publish', reason: 'unpublished', tag: '1', digest: list.digest },
        { kind: 'claim', reason: 'claim-missing', pushVersion: 12 },
      ]);
      expect({ leftAlone, pins }).to.deep.equal({ leftAlone: [], pins: new Map() });
    });

    it('makes the repository only, where the product is there', () => {
      expect(kinds(plan(pushedWith({ 1: a }), { ...nothing, productId: 7 }, null))).to.deep.equal([
        'create-repository',
        'copy-tags',
        'publish',
        'claim',
      ]);
    });

    it('makes nothing for a push without tags', () => {
      expect(plan(pushedWith({}), nothing, null).actions).to.deep.equal([]);
    });

    it('makes nothing while all tags are held', () => {
      const result = plan(pushedWith({ 1: { ...index('11'), missing: ['sha256:dd'] } }), nothing, null);

      expect(result.actions).to.deep.equal([]);
      expect(left(result)).to.deep.equal(['1 incomplete-index']);
    });

    it('does not heed pins, because there is no tag that they could be about', () => {
      const result = plan(pushedWith({ 1: a }), nothing, null, new Map([['1', a.digest]]));

      expect(copied(result)).to.deep.equal(['1']);
      expect(find(result, 'pin').dissolved).to.deep.equal(['1']);
    });

    it('drops no pins where nothing is made', () => {
      expect(plan(pushedWith({}), nothing, null, new Map([['1', a.digest]])).actions).to.deep.equal([]);
    });
  });

  describe('on a target that is ours', () => {
    it('copies only the tag whose manifest moved', () => {
      const { actions } = plan(pushedWith({ 8: a, 9: b }), targetWith({ 8: a, 9: c }), olderClaim);

      expect(actions).to.deep.equal([
        {
          kind: 'copy-tags',
          reason: 'tag-moved',
          tags: [{ name: '9', href: tagHref('9', b), digest: b.digest, from: c.digest }],
        },
        { kind: 'publish', reason: 'unpublished', tag: '8', digest: a.digest },
        { kind: 'claim', reason: 'claim-missing', pushVersion: 12 },
      ]);
    });

    it('copies new tags before moved ones, each sorted', () => {
      const result = plan(pushedWith({ z: b, 10: a, 9: a, latest: b }), targetWith({ z: a, latest: a }));

      expect(result.actions.map(({ reason }) => reason).slice(0, 2)).to.deep.equal(['tag-new', 'tag-moved']);
      expect(copied(result)).to.deep.equal(['10', '9', 'latest', 'z']);
    });

    it('removes what is not pushed, after it copied', () => {
      const result = plan(pushedWith({ 2: b }), targetWith({ 1: a }));

      expect(kinds(result)).to.deep.equal(['copy-tags', 'remove-tags', 'publish', 'claim']);
      expect(find(result, 'remove-tags').tags).to.deep.equal([{ name: '1', href: tagHref('1', a), digest: a.digest }]);
    });

    it('needs no old version to bring back an earlier image', () => {
      expect(copied(plan(pushedWith({ 1: a }), targetWith({ 1: b }), olderClaim))).to.deep.equal(['1']);
    });

    it('counts own writes after the claim as ours', () => {
      const target = targetWith({ 1: a, 2: b }, { version: 9, isForeign: false });

      expect(removed(plan(pushedWith({ 1: a }), target))).to.deep.equal(['2']);
    });
  });

  describe('publishing', () => {
    const pushed = pushedWith({ 1: a });

    it('is repeated when Katello did not save the latest version', () => {
      const target = targetWith({ 1: a }, { publishedVersion: 6 });

      expect(plan(pushed, target).actions).to.deep.equal([
        { kind: 'publish', reason: 'unpublished', tag: '1', digest: a.digest },
        { kind: 'claim', reason: 'claim-missing', pushVersion: 12 },
      ]);
    });

    it('is repeated when the latest version was never verified', () => {
      expect(kinds(plan(pushed, targetWith({ 1: a }, { version: 8 })))).to.deep.equal(['publish', 'claim']);
    });

    for (const servedVersion of [6, null]) {
      it(`is repeated when version ${servedVersion} is served`, () => {
        expect(kinds(plan(pushed, targetWith({ 1: a }, { servedVersion })))).to.deep.equal(['publish', 'claim']);
      });
    }

    it('is not repeated when the latest version is served', () => {
      expect(plan(pushed, targetWith({ 1: a }, { servedVersion: 7 })).actions).to.deep.equal([]);
    });

    it('is not asked for where no tag could be named', () => {
      expect(plan(pushedWith({}), targetWith({}, { publishedVersion: 6 })).actions).to.deep.equal([]);
    });

    it('names a tag that stays, if its digest is known', () => {
      const result = plan(pushedWith({ 1: a, 2: b, 3: c }), targetWith({ 2: b, 3: a }));

      expect(find(result, 'publish')).to.include({ tag: '2', digest: b.digest });
    });

    it('names a tag that arrives, where no digest of one that stays is known', () => {
      const target = targetWith({ 1: a });
      const unread = {
        ...target,
        tags: new Map([...target.tags].map(([name, tag]) => [name, { ...tag, manifest: null }])),
      };

      expect(find(plan(pushedWith({ 1: a, 2: b }), unread), 'publish')).to.include({ tag: '2', digest: b.digest });
    });

    it('names a tag of unknown digest rather than none', () => {
      const target = targetWith({ 1: a }, { publishedVersion: 6 });
      const unread = {
        ...target,
        tags: new Map([...target.tags].map(([name, tag]) => [name, { ...tag, manifest: null }])),
      };

      expect(find(plan(pushed, unread), 'publish')).to.include({ tag: '1', digest: null });
    });

    it('names a tag that Katello can name, if there is one', () => {
      const odd = { '_odd (1)': a };

      expect(find(plan(pushedWith({ ...odd, v1: b }), targetWith(odd)), 'publish').tag).to.equal('v1');
      expect(find(plan(pushedWith({ ...odd, _x: b }), targetWith(odd)), 'publish').tag).to.equal('_odd (1)');
    });
  });

  describe('indexes', () => {
    const list = index('11', a, b);

    it('are made known before their tags, each once', () => {
      const other = index('10', c);

      const result = plan(pushedWith({ 1: list, 2: list, 3: other }), targetWith({}));

      expect(kinds(result).slice(0, 2)).to.deep.equal(['index-lists', 'copy-tags']);
      expect(find(result, 'index-lists').lists.map(({ digest }) => digest)).to.deep.equal([other.digest, list.digest]);
    });

    it('are not made known twice', () => {
      const target = targetWith({}, { knownLists: new Set([list.digest]) });

      expect(kinds(plan(pushedWith({ 1: list }), target))).to.deep.equal(['copy-tags', 'publish', 'claim']);
    });

    it('are held while a child is missing, and the old tag stays', () => {
      const broken = { ...list, missing: ['sha256:dd', 'sha256:ee'] };

      const result = plan(pushedWith({ 1: broken }), targetWith({ 1: a }));

      expect(result.actions).to.deep.equal([]);
      expect(result.leftAlone).to.deep.equal([
        { tag: '1', reason: 'incomplete-index', details: { tag: '1', digest: 'sha256:dd' } },
      ]);
    });

    it('are held when one holds another', () => {
      const result = plan(pushedWith({ 1: { ...list, isNested: true } }), targetWith({}));

      expect(left(result)).to.deep.equal(['1 nested-index']);
    });

    it('are held though somebody else wrote target, and not pinned', () => {
      const named = { 1: { ...list, missing: ['sha256:dd'] }, 2: a };
      const target = targetWith({ 1: c, 2: b }, { version: 8, isForeign: true, atClaim: hrefsOf({ 1: c, 2: a }) });

      expect(left(plan(pushedWith(named, { atClaim: hrefsOf(named) }), target))).to.deep.equal([
        '1 incomplete-index',
        '2 pinned',
      ]);
    });
  });

  describe('on a target that somebody else wrote', () => {
    const since = (named: Named) => ({ version: 8, isForeign: true, atClaim: hrefsOf(named) });

    it('pins a tag that was moved there', () => {
      const named = { 1: a, 2: c };

      const result = plan(pushedWith(named, { atClaim: hrefsOf(named) }), targetWith({ 1: b, 2: c }, since(named)));

      expect(result).to.deep.equal({
        actions: [
          { kind: 'publish', reason: 'unpublished', tag: '1', digest: b.digest },
          { kind: 'pin', reason: 'changed-in-katello', added: ['1'], dissolved: [] },
          { kind: 'claim', reason: 'claim-missing', pushVersion: 12 },
        ],
        leftAlone: [{ tag: '1', reason: 'pinned', details: { tag: '1' } }],
        pins: new Map([['1', a.digest]]),
      });
    });

    it('pins a tag that was removed there', () => {
      const named = { 1: a, 2: c };

      const result = plan(pushedWith(named, { atClaim: hrefsOf(named) }), targetWith({ 2: c }, since(named)));

      expect(copied(result)).to.deep.equal([]);
      expect(result.pins).to.deep.equal(new Map([['1', a.digest]]));
    });

    it('pins a tag that was added there', () => {
      const named = { 1: a };

      const result = plan(pushedWith(named, { atClaim: hrefsOf(named) }), targetWith({ 1: a, 9: b }, since(named)));

      expect(removed(result)).to.deep.equal([]);
      expect(result.pins).to.deep.equal(new Map([['9', '-']]));
    });

    it('lets a push since the claim win', () => {
      const pushed = pushedWith({ 1: b, 2: a }, { atClaim: hrefsOf({ 1: a, 2: a, 3: c }) });

      const result = plan(pushed, targetWith({ 1: c, 2: a, 3: b }, since({ 1: a, 2: a, 3: c })), olderClaim);

      expect(copied(result)).to.deep.equal(['1']);
      expect(removed(result)).to.deep.equal(['3']);
      expect(result.pins).to.deep.equal(new Map());
    });

    it('lets what is pushed win and removes nothing, once the claimed push version is gone', () => {
      const pushed = pushedWith({ 1: a }, { atClaim: 'gone' });

      const result = plan(pushed, targetWith({ 1: b, 9: c }, since({ 1: a })));

      expect(copied(result)).to.deep.equal(['1']);
      expect(removed(result)).to.deep.equal([]);
      expect(result.pins).to.deep.equal(new Map([['9', '-']]));
    });

    it('treats a tag that nobody changed there as if nobody had changed any', () => {
      const named = { 1: a, 2: c };
      const target = targetWith({ 1: b, 2: b, 9: b }, since({ 1: b, 2: c, 9: b }));

      const result = plan(pushedWith(named, { atClaim: hrefsOf(named) }), target);

      expect(copied(result)).to.deep.equal(['1']);
      expect(removed(result)).to.deep.equal(['9']);
      expect(result.pins).to.deep.equal(new Map([['2', c.digest]]));
    });

    it('pins whatever differs and was not pushed since, once the claimed version there is gone', () => {
      const named = { 1: a, 2: c };
      const target = targetWith({ 1: b, 2: c, 9: b }, { ...since({}), atClaim: 'gone' });

      const result = plan(pushedWith(named, { atClaim: hrefsOf(named) }), target);

      expect(kinds(result)).to.deep.equal(['publish', 'pin', 'claim']);
      expect(result.pins).to.deep.equal(
        new Map([
          ['1', a.digest],
          ['9', '-'],
        ]),
      );
    });

    it('is still ours at the claimed version', () => {
      expect(removed(plan(pushedWith({ 1: a }), targetWith({ 1: a, 2: b }, { isForeign: true })))).to.deep.equal(['2']);
    });
  });

  describe('without a claim', () => {
    it('adds and moves what is pushed, removes nothing, and pins the rest', () => {
      const result = plan(pushedWith({ 1: a, 2: b }), targetWith({ 2: c, 9: c }), null);

      expect(kinds(result)).to.deep.equal(['copy-tags', 'copy-tags', 'publish', 'pin', 'claim']);
      expect(copied(result)).to.deep.equal(['1', '2']);
      expect(result.pins).to.deep.equal(new Map([['9', '-']]));
    });

    it('claims a target that is as pushed already', () => {
      expect(plan(pushedWith({ 1: a }), targetWith({ 1: a }), null).actions).to.deep.equal([
        { kind: 'claim', reason: 'claim-missing', pushVersion: 12 },
      ]);
    });

    it('heeds the pins that are left', () => {
      const result = plan(pushedWith({ 1: a }), targetWith({ 1: b }), null, new Map([['1', a.digest]]));

      expect(left(result)).to.deep.equal(['1 pinned']);
    });
  });

  describe('pins', () => {
    it('hold while the pushed value is the pinned one', () => {
      const pins = new Map([
        ['1', a.digest],
        ['2', a.digest],
        ['9', '-'],
      ]);

      const result = plan(pushedWith({ 1: a, 2: a, 3: a }), targetWith({ 1: b, 3: a, 9: c }), claim, pins);

      expect(result.actions).to.deep.equal([]);
      expect(left(result)).to.deep.equal(['1 pinned', '2 pinned', '9 pinned']);
      expect(result.pins).to.deep.equal(pins);
    });

    it('hold for a held tag too', () => {
      const broken = { ...index('11', a), missing: ['sha256:dd'] };
      const pins = new Map([['1', broken.digest]]);

      expect(left(plan(pushedWith({ 1: broken }), targetWith({ 1: b }), claim, pins))).to.deep.equal(['1 pinned']);
    });

    it('dissolve when something else is pushed', () => {
      const result = plan(pushedWith({ 1: c }), targetWith({ 1: b }), olderClaim, new Map([['1', a.digest]]));

      expect(copied(result)).to.deep.equal(['1']);
      expect(find(result, 'pin')).to.deep.equal({
        kind: 'pin',
        reason: 'changed-in-katello',
        added: [],
        dissolved: ['1'],
      });
      expect(result.pins).to.deep.equal(new Map());
    });

    it('dissolve when the tag is pushed for the first time', () => {
      expect(copied(plan(pushedWith({ 9: a }), targetWith({ 9: b }), olderClaim, new Map([['9', '-']])))).to.deep.equal(
        ['9'],
      );
    });

    it('dissolve when the tag is untagged in the push repository', () => {
      const result = plan(pushedWith({ 2: c }), targetWith({ 1: b, 2: c }), olderClaim, new Map([['1', a.digest]]));

      expect(removed(result)).to.deep.equal(['1']);
    });

    it('dissolve when both sides agree again, or both lack the tag', () => {
      const pins = new Map([
        ['1', a.digest],
        ['2', '-'],
      ]);

      const result = plan(pushedWith({ 1: a }), targetWith({ 1: a }), claim, pins);

      expect(result.actions).to.deep.equal([
        { kind: 'pin', reason: 'changed-in-katello', added: [], dissolved: ['1', '2'] },
        { kind: 'claim', reason: 'claim-missing', pushVersion: 12 },
      ]);
    });

    it('are told sorted, whatever order they were read in', () => {
      const pins = new Map([
        ['2', '-'],
        ['1', '-'],
      ]);

      expect(find(plan(pushedWith({ 3: a }), targetWith({ 3: a }), claim, pins), 'pin').dissolved).to.deep.equal([
        '1',
        '2',
      ]);
    });

    it('change their value with a later decision in Katello', () => {
      const pushed = pushedWith({ 1: b, 2: c }, { atClaim: hrefsOf({ 1: b, 2: c }) });
      const target = targetWith({ 1: c, 2: c }, { version: 8, isForeign: true, atClaim: hrefsOf({ 1: a, 2: c }) });

      const result = plan(pushed, target, claim, new Map([['1', a.digest]]));

      expect(find(result, 'pin').added).to.deep.equal(['1']);
      expect(result.pins).to.deep.equal(new Map([['1', b.digest]]));
    });
  });

  describe('the last tag', () => {
    it('is not removed by an empty push repository', () => {
      const result = plan(pushedWith({}), targetWith({ 1: a, 2: b }), olderClaim);

      expect(kinds(result)).to.deep.equal(['claim']);
      expect(left(result)).to.deep.equal(['1 last-tag', '2 last-tag']);
    });

    it('is not removed while what should replace it is held', () => {
      const broken = { ...index('11', a), missing: ['sha256:dd'] };

      const result = plan(pushedWith({ 2: broken }), targetWith({ 1: b }));

      expect(removed(result)).to.deep.equal([]);
      expect(left(result)).to.deep.equal(['1 last-tag', '2 incomplete-index']);
    });

    it('may go when a pinned tag stays', () => {
      const result = plan(pushedWith({ 1: a }), targetWith({ 1: b, 2: c }), olderClaim, new Map([['1', a.digest]]));

      expect(removed(result)).to.deep.equal(['2']);
    });

    it('keeps pins as they are, because an empty push repository is not believed', () => {
      const pins = new Map([
        ['1', a.digest],
        ['3', c.digest],
      ]);

      const result = plan(pushedWith({}), targetWith({ 1: b, 2: b }), olderClaim, pins);

      expect(result.pins).to.deep.equal(pins);
      expect(left(result)).to.deep.equal(['1 pinned', '2 last-tag', '3 pinned']);
    });
  });

  describe('superseded manifests', () => {
    it('leave after the tags that named them', () => {
      const target = targetWith({ 1: a, 2: b }, { manifests: [a, b] });

      const result = plan(pushedWith({ 1: c }), target, olderClaim);

      expect(kinds(result)).to.deep.equal(['copy-tags', 'remove-tags', 'remove-manifests', 'publish', 'claim']);
      expect(find(result, 'remove-manifests').manifests).to.deep.equal([
        { href: a.href, digest: a.digest },
        { href: b.href, digest: b.digest },
      ]);
    });

    it('stay while nothing is pushed', () => {
      const target = targetWith({ 1: a }, { manifests: [a, b] });

      expect(kinds(plan(pushedWith({}), target))).to.deep.equal([]);
    });

    it('stay under a policy that only creates', () => {
      const target = targetWith({ 1: a }, { manifests: [a, b] });

      expect(planPath(pushedWith({ 1: a }), target, claim, noPins, 'create-only').actions).to.deep.equal([]);
    });
  });

  describe('under the policy', () => {
    const pushed = pushedWith({ 1: b, 3: c });
    const target = targetWith({ 1: a, 2: a }, { manifests: [a] });

    it('create-only, adds, and leaves each tag alone that would move or go', () => {
      const result = planPath(pushed, target, claim, noPins, 'create-only');

      expect(kinds(result)).to.deep.equal(['copy-tags', 'publish', 'claim']);
      expect(copied(result)).to.deep.equal(['3']);
      expect(result.leftAlone).to.deep.equal([
        { tag: '1', reason: 'policy', details: { tag: '1', action: 'copy-tags' } },
        { tag: '2', reason: 'policy', details: { tag: '2', action: 'remove-tags' } },
      ]);
    });

    it('full, plans as under keep-orphans', () => {
      expect(planPath(pushed, target, claim, noPins, 'full')).to.deep.equal(plan(pushed, target));
    });
  });

  it('claims a push version that changed nothing', () => {
    expect(plan(pushedWith({ 1: a }), targetWith({ 1: a }), olderClaim).actions).to.deep.equal([
      { kind: 'claim', reason: 'claim-missing', pushVersion: 12 },
    ]);
  });

  it('claims a version of target from which somebody took the last tag', () => {
    const pushed = pushedWith({ 1: a }, { atClaim: hrefsOf({ 1: a }) });
    const target = targetWith({}, { version: 8, isForeign: true });

    expect(kinds(plan(pushed, target, claim, new Map([['1', a.digest]])))).to.deep.equal(['claim']);
  });

  it('does not depend on the order in which tags were read', () => {
    const named = { b: a, a: b, c };
    const backwards = new Map([...tagsOf(named)].toReversed());

    const result = plan({ ...pushedWith({}), tags: backwards }, targetWith({ 2: a, 1: a }));

    expect(JSON.stringify(result)).to.equal(JSON.stringify(plan(pushedWith(named), targetWith({ 1: a, 2: a }))));
  });
});
