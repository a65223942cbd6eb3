import { expect } from 'chai';
import { openReceipt, type Receipt } from '../../../lib/domain/receipt.ts';
import { createKeys } from '../../../lib/state/keys.ts';
import { createReceipts, type Receipts } from '../../../lib/state/receipts.ts';
import { openTestRedis, type TestRedis } from '../../support/state.ts';
import { until } from '../../support/until.ts';

const HOUR_MS = 3_600_000;
const START = Date.parse('2026-08-21T14:00:00Z');

function receipt(version: number, over: Partial<Receipt> = {}): Receipt {
  const push = { path: 'acme/api', uuid: 'u1', version, claimedVersion: null, user: null, note: null } as const;
  return { ...openReceipt({ ...push, kind: 'push', pushedAt: new Date(START + version) }), ...over };
}

describe('receipts in brief', () => {
  let redis: TestRedis;
  let receipts: Receipts;
  let clock: number;

  before(async function () {
    this.timeout(20_000); // starts a server
    redis = await openTestRedis();
  });
  after(() => redis.close());
  beforeEach(async () => {
    clock = START;
    await redis.client.flushdb();
    receipts = createReceipts(createKeys(redis.client, '{briefs}'), HOUR_MS, () => clock);
  });

  it('are one a receipt, as it was saved last', async () => {
    await receipts.save(receipt(1));
    await receipts.save(receipt(2, { state: 'running' }));
    await receipts.save(receipt(2, { state: 'failed' }));

    const briefs = await receipts.listBriefs();

    expect(briefs.toSorted((a, b) => a.pushedAt - b.pushedAt)).to.deep.equal([
      { id: 'u1@1', path: 'acme/api', state: 'queued', pushedAt: START + 1, publishedMs: null },
      { id: 'u1@2', path: 'acme/api', state: 'failed', pushedAt: START + 2, publishedMs: null },
    ]);
  });

  it('go with their receipts', async () => {
    await receipts.save(receipt(1));
    clock = START + 2 * HOUR_MS;
    await receipts.save(receipt(2, { pushedAt: new Date(clock).toISOString() }));

    expect((await receipts.listBriefs()).map(({ id }) => id)).to.deep.equal(['u1@2']);
  });

  it('are those of another daemon too, whatever was read before', async () => {
    const other = createReceipts(createKeys(redis.client, '{briefs}'), HOUR_MS, () => clock);
    await receipts.save(receipt(1));
    await other.listBriefs();
    await receipts.save(receipt(1, { state: 'done' }));
    await receipts.save(receipt(2));

    expect((await other.listBriefs()).map(({ id, state }) => [id, state])).to.have.deep.members([
      ['u1@1', 'done'],
      ['u1@2', 'queued'],
    ]);
  });

  it('are read anew where more changed than is remembered', async () => {
    await receipts.save(receipt(1));
    await receipts.listBriefs();
    await receipts.save(receipt(2));
    await redis.client.xtrim('{briefs}:receipts-changes', 'MAXLEN', 0);
    await receipts.save(receipt(3));

    expect((await receipts.listBriefs()).map(({ id }) => id)).to.have.members(['u1@1', 'u1@2', 'u1@3']);
  });

  it('are none of a Redis that lost everything', async () => {
    await receipts.save(receipt(1));
    await receipts.listBriefs();
    const [before] = await redis.client.xrevrange('{briefs}:receipts-changes', '+', '-', 'COUNT', 1);
    await redis.client.flushdb();
    await until('another millisecond', async () => {
      const [seconds = 0, micros = 0] = (await redis.client.time()).map(Number);
      return `${seconds}${String(micros).padStart(6, '0').slice(0, 3)}` !== before?.[0].split('-')[0];
    });
    await receipts.save(receipt(2));

    expect((await receipts.listBriefs()).map(({ id }) => id)).to.deep.equal(['u1@2']);
  });

  it('are whole for each of many who ask while receipts are saved', async () => {
    const answers = [];
    for (let version = 1; version <= 20; version++) {
      await receipts.save(receipt(version));
      answers.push(receipts.listBriefs(), receipts.listBriefs());
    }

    const counts = (await Promise.all(answers)).map(({ length }) => length);

    expect(counts).to.deep.equal(counts.toSorted((a, b) => a - b));
    expect(counts.at(-1)).to.equal(20);
  });

  it('lead to their receipts, in the order that was asked for', async () => {
    for (const version of [1, 2, 3]) await receipts.save(receipt(version));

    const found = await receipts.findAll(['u1@3', 'gone@1', 'u1@1']);

    expect(found.map(({ version }) => version)).to.deep.equal([3, 1]);
    expect(await receipts.findAll([])).to.deep.equal([]);
  });
});
