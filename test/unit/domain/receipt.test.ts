import { expect } from 'chai';
import type { Plan } from '../../../lib/domain/plan.ts';
import {
  finish,
  openReceipt,
  type Push,
  receiptTags,
  type Stage,
  type StageName,
  withPlan,
  withStage,
} from '../../../lib/domain/receipt.ts';

const push: Push = {
  path: 'acme/web/api',
  uuid: '0198',
  version: 12,
  claimedVersion: 11,
  kind: 'push',
  user: 'alice',
  note: null,
  pushedAt: new Date('2026-08-21T14:28:00Z'),
};
const katello = { organizationId: 1, productId: 7, repositoryId: 42 };

function plan(actions: Plan['actions'], leftAlone: Plan['leftAlone'] = []): Plan {
  return { actions, leftAlone, pins: new Map() };
}

function stage(name: StageName, outcome: Stage['outcome'] = 'ok', durationMs = 310): Stage {
  const startedAt = new Date('2026-08-21T14:28:01Z');
  return { name, startedAt, endedAt: new Date(startedAt.getTime() + durationMs), outcome };
}

const copy = (name: string, from: string | null): Plan['actions'][number] => ({
  kind: 'copy-tags',
  reason: from === null ? 'tag-new' : 'tag-moved',
  tags: [{ name, href: `/tags/${name}/`, digest: 'sha256:bb', from }],
});

describe('openReceipt', () => {
  it('is named by uuid and version, and waits', () => {
    const receipt = openReceipt(push);

    expect(receipt).to.include({
      schemaVersion: 1,
      id: '0198@12',
      state: 'queued',
      pushedAt: '2026-08-21T14:28:00.000Z',
    });
  });

  it('is plain JSON', () => {
    const receipt = openReceipt(push);

    expect(JSON.parse(JSON.stringify(receipt))).to.deep.equal(receipt);
  });
});

describe('receiptTags', () => {
  it('tells what came, moved and went', () => {
    const removal = {
      kind: 'remove-tags',
      reason: 'tag-deleted',
      tags: [{ name: '0', href: '/tags/0/', digest: 'sha256:cc' }],
    } as const;

    const tags = receiptTags(
      plan([copy('2', null), copy('latest', 'sha256:aa'), removal, { kind: 'protect', reason: 'unprotected' }]),
    );

    expect(tags).to.deep.equal([
      { name: '2', from: null, to: 'sha256:bb', reason: 'tag-new' },
      { name: 'latest', from: 'sha256:aa', to: 'sha256:bb', reason: 'tag-moved' },
      { name: '0', from: 'sha256:cc', to: null, reason: 'tag-deleted' },
    ]);
  });
});

describe('withPlan', () => {
  it('tells what changes, what is left alone and why', () => {
    const pinned = { tag: '1', reason: 'pinned', details: { tag: '1' } } as const;

    const receipt = withPlan(openReceipt(push), plan([copy('2', null)], [pinned]), katello);

    expect(receipt.katello).to.deep.equal(katello);
    expect(receipt.tags.map(({ name }) => name)).to.deep.equal(['2']);
    expect(receipt.leftAlone).to.deep.equal([{ tag: '1', reason: 'pinned', message: '1 was changed in Katello' }]);
  });

  it('keeps what an earlier attempt copied', () => {
    const first = withPlan(openReceipt(push), plan([copy('2', null), copy('3', null)]), katello);

    const second = withPlan(first, plan([copy('3', 'sha256:aa')]), katello);

    expect(second.tags.map(({ name, reason }) => `${name} ${reason}`)).to.deep.equal(['2 tag-new', '3 tag-moved']);
  });

  it('forgets what is left alone by now', () => {
    const first = withPlan(openReceipt(push), plan([copy('2', null)]), katello);

    const second = withPlan(first, plan([], [{ tag: '2', reason: 'pinned', details: {} }]), katello);

    expect(second.tags).to.deep.equal([]);
  });

  it('keeps a copied tag whose signature is left alone', () => {
    const signed = { tag: '2', reason: 'atomic-signature', details: { tag: '2' } } as const;
    const first = withPlan(openReceipt(push), plan([copy('2', null)], [signed]), katello);

    const second = withPlan(first, plan([], [signed]), katello);

    expect(second.tags.map(({ name }) => name)).to.deep.equal(['2']);
  });
});

describe('withStage', () => {
  it('tells when a stage began and how long it took', () => {
    expect(withStage(openReceipt(push), stage('detect')).stages).to.deep.equal([
      { name: 'detect', startedAt: '2026-08-21T14:28:01.000Z', durationMs: 310, outcome: 'ok' },
    ]);
  });

  it('keeps stages in the order in which a run passes them, the latest attempt of each', () => {
    const names: StageName[] = ['copy', 'publish', 'plan', 'copy'];

    const receipt = names.reduce((one, name, place) => withStage(one, stage(name, 'ok', place)), openReceipt(push));

    expect(receipt.stages.map(({ name, durationMs }) => `${name} ${durationMs}`)).to.deep.equal([
      'plan 2',
      'copy 3',
      'publish 1',
    ]);
  });

  it('runs, or waits with the stage', () => {
    const running = withStage(openReceipt(push), stage('plan'));
    const waiting = withStage(running, stage('publish', 'waiting'));

    expect([running.state, waiting.state]).to.deep.equal(['running', 'waiting']);
  });

  it('does not open again what is done', () => {
    const done = finish(openReceipt(push), { state: 'done', katello, pull: [] });

    expect(withStage(done, stage('proxies', 'waiting')).state).to.equal('done');
  });
});

describe('finish', () => {
  const error = { code: 'E_BUSY', reason: null, message: 'busy', hint: null };

  it('tells what can be pulled', () => {
    const receipt = finish(openReceipt(push), { state: 'done', katello, pull: ['katello.example.com/acme/web/api:2'] });

    expect(receipt).to.deep.include({ state: 'done', katello, pull: ['katello.example.com/acme/web/api:2'] });
  });

  it('tells why it failed, until it ends well', () => {
    const failed = finish(openReceipt(push), { state: 'failed', error });
    const done = finish(failed, { state: 'done', katello, pull: [] });

    expect([failed.state, failed.error, done.state, done.error]).to.deep.equal(['failed', error, 'done', null]);
  });
});
