import { expect } from 'chai';
import { findDrift, type Shown } from '../../../lib/domain/drift.ts';

describe('findDrift', () => {
  const settled = { actions: [] };
  const shown = (listed: Record<string, string>, served: Record<string, string>): Shown => ({
    listed: new Map(Object.entries(listed)),
    served: new Map(Object.entries(served)),
  });

  it('finds none where a run has nothing to do, and Katello lists what it serves', () => {
    expect(findDrift(settled, shown({ 1: 'a' }, { 1: 'a' }))).to.deep.equal({ kind: 'none' });
  });

  it('finds none where nothing was pushed that Katello could show', () => {
    expect(findDrift(settled, null)).to.deep.equal({ kind: 'none' });
  });

  it('tells what a run would do, and nothing more', () => {
    const actions = [
      { kind: 'publish', reason: 'unpublished', tag: '1', digest: null },
      { kind: 'claim', reason: 'claim-missing', pushVersion: 1 },
    ] as const;

    expect(findDrift({ actions }, shown({}, { 1: 'a' }))).to.deep.equal({ kind: 'unpublished', actions: ['publish'] });
  });

  it('takes no offence at a tag that somebody changed in Katello', () => {
    const actions = [{ kind: 'pin', reason: 'changed-in-katello', added: ['1'], dissolved: [] }] as const;

    expect(findDrift({ actions }, shown({ 1: 'b' }, { 1: 'b' }))).to.deep.equal({ kind: 'none' });
  });

  it('names tags that are listed and not served, served and not listed, or listed with another digest', () => {
    const drift = findDrift(settled, shown({ old: 'a', 1: 'a', moved: 'a' }, { new: 'a', 1: 'a', moved: 'b' }));

    expect(drift).to.deep.equal({ kind: 'unlisted', tags: ['moved', 'new', 'old'] });
  });
});
