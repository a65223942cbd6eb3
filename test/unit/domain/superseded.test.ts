import { expect } from 'chai';
import type { Manifest } from '../../../lib/domain/snapshot.ts';
import { findSuperseded } from '../../../lib/domain/superseded.ts';
import { decideTags, type Ownership } from '../../../lib/domain/tag-decision.ts';
import { hrefsOf, image, index, type Named, pushedWith, tagsOf, targetWith } from '../../support/snapshots.ts';

const a = image('aa');
const b = image('bb');
const c = image('cc');

function superseded(
  { pushed, tags, manifests }: { pushed: Named; tags: Named; manifests: readonly Manifest[] | null },
  ownership: Ownership = 'ours',
): string[] {
  const target = targetWith(tags, { manifests, atClaim: hrefsOf(tags) });
  const decisions = decideTags(pushedWith(pushed, { atClaim: hrefsOf({}) }), target, ownership, new Map());
  return findSuperseded(target, decisions, ownership).map(({ digest }) => digest);
}

describe('findSuperseded', () => {
  it('finds the old image of a moved tag', () => {
    expect(superseded({ pushed: { 1: b }, tags: { 1: a }, manifests: [a] })).to.deep.equal([a.digest]);
  });

  it('finds the image of a removed tag', () => {
    expect(superseded({ pushed: { 2: b }, tags: { 1: a, 2: b }, manifests: [a, b] })).to.deep.equal([a.digest]);
  });

  it('keeps an image that another tag names', () => {
    expect(superseded({ pushed: { 1: b, 2: a }, tags: { 1: a, 2: a }, manifests: [a] })).to.deep.equal([]);
  });

  it('keeps an image that an arriving tag names', () => {
    expect(superseded({ pushed: { 1: b, 2: a }, tags: { 1: a }, manifests: [a] })).to.deep.equal([]);
  });

  it('keeps an image that a list in target names, tagged or not', () => {
    const list = index('11', a);

    expect(superseded({ pushed: { 1: b }, tags: { 1: a }, manifests: [a, list] })).to.deep.equal([]);
  });

  it('keeps an image that an arriving list names', () => {
    expect(superseded({ pushed: { 1: index('11', a) }, tags: { 1: a }, manifests: [a] })).to.deep.equal([]);
  });

  it('keeps lists', () => {
    expect(superseded({ pushed: { 1: b }, tags: { 1: index('11') }, manifests: [index('11')] })).to.deep.equal([]);
  });

  it('finds every unused image of a target that is ours', () => {
    expect(superseded({ pushed: { 1: a }, tags: { 1: a }, manifests: [c, b, a] })).to.deep.equal([c.digest, b.digest]);
  });

  for (const ownership of ['foreign', 'unclaimed'] as const) {
    it(`finds only images of moved tags of a target that is ${ownership}`, () => {
      expect(superseded({ pushed: { 1: b }, tags: { 1: a }, manifests: [a, c] }, ownership)).to.deep.equal([a.digest]);
    });
  }

  it('finds nothing where manifests were not read', () => {
    expect(superseded({ pushed: { 1: b }, tags: { 1: a }, manifests: null })).to.deep.equal([]);
  });

  it('finds nothing where no tag stays, because Katello could not be told', () => {
    expect(superseded({ pushed: {}, tags: {}, manifests: [a] })).to.deep.equal([]);
  });

  it('finds nothing while a tag that stays may name anything', () => {
    const unread = new Map([...tagsOf({ 1: a })].map(([name, tag]) => [name, { ...tag, manifest: null }]));
    const target = targetWith({}, { tags: unread, manifests: [a, b] });
    const decisions = decideTags(pushedWith({ 1: a }), target, 'ours', new Map());

    expect(findSuperseded(target, decisions, 'ours')).to.deep.equal([]);
  });
});
