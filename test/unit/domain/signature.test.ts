import { expect } from 'chai';
import type { Claim } from '../../../lib/domain/claim.ts';
import type { CopiedTag, Plan } from '../../../lib/domain/plan.ts';
import { leaveSignatures, mayBeSigned, signedTags } from '../../../lib/domain/signature.ts';

const claim: Claim = { uuid: '0198', repositoryId: 42, pushVersion: 11, targetVersion: 3 };
const copied = (name: string): CopiedTag => ({ name, href: `/tags/${name}/`, digest: 'sha256:aa', from: null });
const planOf = (actions: Plan['actions'], leftAlone: Plan['leftAlone'] = []): Plan => ({
  actions,
  leftAlone,
  pins: new Map(),
});
const copying = (...tags: string[]) => planOf([{ kind: 'copy-tags', reason: 'tag-new', tags: tags.map(copied) }]);

describe('mayBeSigned', () => {
  const removing = planOf([{ kind: 'remove-tags', reason: 'tag-deleted', tags: [copied('1')] }]);

  for (const [title, plan, version, before, expected] of [
    ['not a tag that was pushed', copying('2'), 12, claim, false],
    ['not many tags', copying('2', '3', '4'), 14, claim, false],
    ['not a first push of two tags', copying('1', '2'), 2, null, false],
    ['not what was claimed already', planOf([]), 11, claim, false],
    ['a version that changed no tag', planOf([]), 12, claim, true],
    ['a version more than the tag that came with it', copying('2'), 13, claim, true],
    ['the versions of a first push whose labels were lost', planOf([]), 2, null, true],
    ['a deletion, in vain', removing, 12, claim, true],
  ] as const) {
    it(`is ${title}`, () => {
      expect(mayBeSigned(plan, { version }, before)).to.equal(expected);
    });
  }
});

describe('signedTags', () => {
  const tags = [
    { name: '1', manifest: '/m/image/' },
    { name: '2', manifest: '/m/index/' },
    { name: 'latest', manifest: '/m/image/' },
  ];
  const lists = [{ href: '/m/index/', children: ['/m/child/'] }];
  const ofSigned = (...hrefs: string[]) => signedTags({ manifests: new Set(hrefs), tags, lists });

  it('are all that name a signed image', () => {
    expect(ofSigned('/m/image/')).to.deep.equal(['1', 'latest']);
  });

  it('are those of a signed index, and of an index that lists a signed image', () => {
    expect(ofSigned('/m/index/')).to.deep.equal(['2']);
    expect(ofSigned('/m/child/')).to.deep.equal(['2']);
  });

  it('are none where what is signed has no tag any more', () => {
    expect(ofSigned('/m/old/')).to.deep.equal([]);
  });
});

describe('leaveSignatures', () => {
  it('says so of each tag, sorted, beside what else is left alone', () => {
    const pinned = { tag: '2', reason: 'pinned', details: { tag: '2' } } as const;

    const { leftAlone } = leaveSignatures(planOf([], [pinned]), ['3', '2', '1']);

    expect(leftAlone.map(({ tag, reason }) => `${tag} ${reason}`)).to.deep.equal([
      '1 atomic-signature',
      '2 pinned',
      '2 atomic-signature',
      '3 atomic-signature',
    ]);
  });

  it('is the same plan where there are none', () => {
    const plan = copying('1');

    expect(leaveSignatures(plan, [])).to.equal(plan);
  });
});
