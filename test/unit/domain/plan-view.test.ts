import { expect } from 'chai';
import type { Action, Plan } from '../../../lib/domain/plan.ts';
import { viewPlan } from '../../../lib/domain/plan-view.ts';

const about = { path: 'acme/web/api', claimedVersion: 11, version: 12, repositoryId: 42 };
const unit = { href: '/units/1/', digest: 'sha256:aa' };

const planOf = (...actions: Action[]): Plan => ({
  actions,
  leftAlone: [{ tag: '1', reason: 'pinned', details: { tag: '1' } }],
  pins: new Map([['1', '-']]),
});

describe('viewPlan', () => {
  it('tells what it is about, what becomes of each tag, and what is left alone', () => {
    const copy: Action = { kind: 'copy-tags', reason: 'tag-new', tags: [{ name: '2', from: null, ...unit }] };

    expect(viewPlan(about, planOf(copy))).to.deep.equal({
      ...about,
      changes: [{ name: '2', from: null, to: 'sha256:aa', reason: 'tag-new' }],
      leftAlone: [{ tag: '1', reason: 'pinned', message: '1 was changed in Katello' }],
      actions: [{ kind: 'copy-tags', reason: 'tag-new', tags: ['2'] }],
    });
  });

  it('names tags and digests of actions, no hrefs', () => {
    const { actions } = viewPlan(
      about,
      planOf(
        { kind: 'protect', reason: 'unprotected' },
        { kind: 'index-lists', reason: 'list-unknown', lists: [unit] },
        { kind: 'remove-tags', reason: 'tag-deleted', tags: [{ name: '0', ...unit }] },
        { kind: 'remove-manifests', reason: 'superseded', manifests: [unit] },
        { kind: 'publish', reason: 'unpublished', tag: '2', digest: null },
        { kind: 'pin', reason: 'changed-in-katello', added: ['1'], dissolved: ['3'] },
        { kind: 'claim', reason: 'claim-missing', pushVersion: 12 },
      ),
    );

    expect(actions).to.deep.equal([
      { kind: 'protect', reason: 'unprotected' },
      { kind: 'index-lists', reason: 'list-unknown', digests: ['sha256:aa'] },
      { kind: 'remove-tags', reason: 'tag-deleted', tags: ['0'] },
      { kind: 'remove-manifests', reason: 'superseded', digests: ['sha256:aa'] },
      { kind: 'publish', reason: 'unpublished', tags: ['2'] },
      { kind: 'pin', reason: 'changed-in-katello', tags: ['1', '3'] },
      { kind: 'claim', reason: 'claim-missing' },
    ]);
  });
});
