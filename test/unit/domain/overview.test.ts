import { expect } from 'chai';
import { type Brief, briefOf } from '../../../lib/domain/brief.ts';
import { HOUR_MS, overviewOf } from '../../../lib/domain/overview.ts';
import { finish, openReceipt, withStage } from '../../../lib/domain/receipt.ts';

const NOW = Date.parse('2026-08-21T14:30:00Z');
const MINUTE_MS = 60_000;
const ago = (ms: number, over: Partial<Brief> = {}): Brief => ({
  id: `u${ms}@1`,
  path: `acme/p${ms}`,
  state: 'done',
  pushedAt: NOW - ms,
  publishedMs: 1000,
  ...over,
});

describe('briefOf', () => {
  const pushedAt = new Date(NOW);
  const opened = openReceipt({
    path: 'acme/api',
    uuid: 'u1',
    version: 3,
    claimedVersion: null,
    kind: 'push',
    user: null,
    note: null,
    pushedAt,
  });
  const verified = withStage(opened, {
    name: 'verify',
    startedAt: new Date(NOW + 8000),
    endedAt: new Date(NOW + 9000),
    outcome: 'ok',
  });
  const katello = { organizationId: 1, productId: 1, repositoryId: 1 };

  it('tells how long a push took that is done', () => {
    expect(briefOf(finish(verified, { state: 'done', katello, pull: [] }))).to.deep.equal({
      id: 'u1@3',
      path: 'acme/api',
      state: 'done',
      pushedAt: NOW,
      publishedMs: 9000,
    });
  });

  it('tells no time of one that is not done, or changed nothing', () => {
    const unchanged = finish(opened, { state: 'done', katello, pull: [] });

    expect([briefOf(verified).publishedMs, briefOf(unchanged).publishedMs]).to.deep.equal([null, null]);
  });
});

describe('overviewOf', () => {
  it('is calm where nothing was pushed', () => {
    const { hours, ...others } = overviewOf([], NOW);

    expect(others).to.deep.equal({ waiting: 0, failed: [], p95Ms: null, lagMs: 0 });
    expect(hours).to.have.lengthOf(24);
  });

  it('counts each path once, by its latest push', () => {
    const briefs = [
      ago(1, { path: 'acme/a', state: 'done' }),
      ago(2, { path: 'acme/a', state: 'failed' }),
      ago(1, { path: 'acme/b', state: 'refused' }),
      ago(2, { path: 'acme/b', state: 'done' }),
      ago(9, { path: 'acme/c', state: 'failed' }),
      ago(7, { path: 'acme/d', state: 'queued' }),
      ago(5, { path: 'acme/e', state: 'waiting' }),
    ];

    for (const order of [briefs, briefs.toReversed()]) {
      const { waiting, failed, lagMs } = overviewOf(order, NOW);
      expect([waiting, failed.map(({ path }) => path), lagMs]).to.deep.equal([2, ['acme/b', 'acme/c'], 7]);
    }
  });

  it('puts each push of the last day into its hour', () => {
    const { hours } = overviewOf(
      [
        ago(0),
        ago(30 * MINUTE_MS), // 14:00
        ago(30 * MINUTE_MS + 1, { state: 'failed' }), // 13:59
        ago(23.5 * HOUR_MS, { state: 'running' }), // 15:00 the day before
        ago(23.5 * HOUR_MS + 1), // 14:59 the day before
        ago(-MINUTE_MS), // a clock that is ahead
      ],
      NOW,
    );

    const counts = hours.map(({ done, open, failed }) => `${done}${open}${failed}`);
    expect(hours.at(-1)?.startsAt).to.equal(Date.parse('2026-08-21T14:00:00Z'));
    expect([counts[0], counts.at(-2), counts.at(-1)]).to.deep.equal(['010', '001', '300']);
    expect(counts.filter((count) => count !== '000')).to.have.lengthOf(3);
  });

  it('tells what all but one in twenty took, of the last day', () => {
    const briefs = Array.from({ length: 20 }, (_, index) => ago(index, { publishedMs: (index + 1) * 1000 }));
    const old = ago(25 * HOUR_MS, { publishedMs: 99_000_000 });

    expect(overviewOf([...briefs, old], NOW).p95Ms).to.equal(19_000);
  });
});
