import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { createStore } from '../../../lib/state/store.ts';
import { openTestRedis, type TestRedis } from '../../support/state.ts';

const PATH = 'acme/web/api';
const NEAR = 'near.example.com';
const DAY_MS = 86_400_000;

describe('what the store remembers of smart proxies', function () {
  this.timeout(20_000); // starts a server

  let redis: TestRedis;

  before(async () => {
    redis = await openTestRedis();
  });
  after(() => redis.close());

  let now: number;
  beforeEach(() => {
    now = 1;
  });
  const open = () => {
    const prefix = `{${randomUUID()}}`;
    const options = { redis: redis.client, prefix, receiptDays: 1, onLeaseLost: () => undefined, now: () => now };
    return createStore(options).proxies;
  };
  const behind = (proxy: string, path: string, reason: string | null = null) => ({
    proxy,
    path,
    reason,
    message: reason,
    since: 1,
  });

  it('is nothing at first', async () => {
    const states = open();

    expect(await states.listBehind()).to.deep.equal([]);
    expect([...(await states.readLast())]).to.deep.equal([]);
    expect(await states.findWish(PATH)).to.equal(null);
  });

  it('are paths that each lacks, in the order of proxies and paths, the latest word on each', async () => {
    const states = open();
    await states.markBehind(behind(NEAR, 'acme/b'));
    await states.markBehind(behind(NEAR, 'acme/a'));
    await states.markBehind(behind('far.example.com', 'acme/b'));
    await states.markBehind(behind(NEAR, 'acme/b', 'proxy-failed'));
    await states.clearBehind(NEAR, 'acme/a');

    expect(await states.listBehind()).to.deep.equal([
      behind('far.example.com', 'acme/b'),
      behind(NEAR, 'acme/b', 'proxy-failed'),
    ]);
  });

  it('keeps apart names that could be taken for each other', async () => {
    const states = open();
    await states.markBehind(behind('a","b', 'c'));
    await states.markBehind(behind('a', 'b","c'));

    await states.clearBehind('a', 'b","c');

    expect(await states.listBehind()).to.deep.equal([behind('a","b', 'c')]);
  });

  it('is how each fared last', async () => {
    const states = open();
    const result = { path: PATH, outcome: 'failed', reason: 'proxy-failed', at: 1 } as const;
    await states.writeLast(NEAR, { ...result, outcome: 'served', reason: null });
    await states.writeLast(NEAR, result);

    expect([...(await states.readLast())]).to.deep.equal([[NEAR, result]]);
  });

  it('is a wish until it is fulfilled or its path is gone', async () => {
    const states = open();
    await states.wish(PATH, { names: [NEAR], at: 1 });
    await states.wish('acme/other', { names: null, at: 2 });
    expect(await states.findWish(PATH)).to.deep.equal({ names: [NEAR], at: 1 });
    await states.markBehind(behind(NEAR, PATH));

    expect(await states.endWish('acme/other', { names: null, at: 2 })).to.equal(true);
    await states.forget(PATH);

    expect([await states.findWish(PATH), await states.findWish('acme/other')]).to.deep.equal([null, null]);
    expect(await states.listBehind()).to.deep.equal([]);
  });

  it('is a wish that came while another one, or none, was being fulfilled', async () => {
    const states = open();
    await states.wish(PATH, { names: null, at: 2 });

    expect(await states.endWish(PATH, { names: [NEAR], at: 1 })).to.equal(false);
    expect(await states.endWish(PATH, null)).to.equal(false);

    expect(await states.listWishes()).to.deep.equal([PATH]);
  });

  it('is no wish that is older than a day', async () => {
    const states = open();
    await states.wish(PATH, { names: null, at: now });

    now += DAY_MS;

    expect(await states.listWishes()).to.deep.equal([]);
    expect(await states.findWish(PATH)).to.equal(null);
    expect(await states.endWish(PATH, null)).to.equal(true);
  });
});
