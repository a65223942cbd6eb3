import { expect } from 'chai';
import { decideTags, manifestOf, ownershipOf, tagAfter } from '../../../lib/domain/tag-decision.ts';
import { InvariantError } from '../../../lib/errors.ts';
import { hrefsOf, image, pushedWith, tagsOf, targetWith, UUID } from '../../support/snapshots.ts';

const a = image('aa');
const b = image('bb');
const claim = { uuid: UUID, repositoryId: 42, pushVersion: 12, targetVersion: 7 };

describe('ownershipOf', () => {
  it('is ours at the claimed version', () => {
    expect(ownershipOf(targetWith({}, { version: 7, isForeign: true }), claim)).to.equal('ours');
  });

  it('is ours when only the reactor wrote since', () => {
    expect(ownershipOf(targetWith({}, { version: 9, isForeign: false }), claim)).to.equal('ours');
  });

  it('is foreign when somebody else wrote since', () => {
    expect(ownershipOf(targetWith({}, { version: 9, isForeign: true }), claim)).to.equal('foreign');
  });

  it('is unclaimed without a claim', () => {
    expect(ownershipOf(targetWith({}), null)).to.equal('unclaimed');
  });
});

describe('decideTags', () => {
  it('decides once for each tag that is pushed, in target or pinned, sorted by name', () => {
    const decisions = decideTags(pushedWith({ b: a, c: a }), targetWith({ c: b, a: b }), 'ours', new Map([['d', '-']]));

    expect(decisions.map(({ name, kind }) => `${name} ${kind}`)).to.deep.equal([
      'a remove',
      'b copy',
      'c copy',
      'd same',
    ]);
  });

  it('sorts by UTF-16 units, not by language', () => {
    const named = { ä: a, Z: a, a, '\uffff': a, '😀': a };

    expect(decideTags(pushedWith(named), targetWith({}), 'ours', new Map()).map(({ name }) => name)).to.deep.equal([
      'Z',
      'a',
      'ä',
      '😀',
      '\uffff',
    ]);
  });

  it('reads nothing of tags whose hrefs are equal', () => {
    const unread = new Map([...tagsOf({ 1: a })].map(([name, tag]) => [name, { ...tag, manifest: null }]));
    const pushed = pushedWith({}, { tags: unread });

    expect(decideTags(pushed, targetWith({}, { tags: unread }), 'ours', new Map())[0]?.kind).to.equal('same');
  });

  it('refuses a differing tag whose manifest was not read', () => {
    const unread = new Map([...tagsOf({ 1: a })].map(([name, tag]) => [name, { ...tag, manifest: null }]));

    expect(() => decideTags(pushedWith({}, { tags: unread }), targetWith({ 1: b }), 'ours', new Map())).to.throw(
      InvariantError,
      'tag 1',
    );
  });

  it('refuses a foreign target when the claimed versions were not read', () => {
    const [pushed, target] = [pushedWith({ 1: a }), targetWith({ 1: b })];
    const atClaim = hrefsOf({ 1: b });

    for (const [here, there] of [
      [pushed, { ...target, atClaim }],
      [{ ...pushed, atClaim }, target],
    ] as const) {
      expect(() => decideTags(here, there, 'foreign', new Map())).to.throw(InvariantError);
    }
  });
});

describe('tagAfter', () => {
  const after = (kept: Parameters<typeof pushedWith>[0], there: Parameters<typeof targetWith>[0]) =>
    decideTags(pushedWith(kept), targetWith(there), 'ours', new Map()).map((decision) => {
      const tag = tagAfter(decision);
      return `${decision.name} ${tag && manifestOf(tag).digest}`;
    });

  it('is what target will have', () => {
    expect(after({ 1: a, 2: a, 3: a }, { 2: b, 3: a, 4: b })).to.deep.equal([
      `1 ${a.digest}`,
      `2 ${a.digest}`,
      `3 ${a.digest}`,
      '4 null',
    ]);
  });
});
