import { randomUUID } from 'node:crypto';
import { EventEmitter, once } from 'node:events';
import { expect } from 'chai';
import { createAlarm } from '../../../lib/domain/alarm.ts';
import { openReceipt, type Receipt } from '../../../lib/domain/receipt.ts';
import { TransportError } from '../../../lib/errors.ts';
import { createStore, type Store } from '../../../lib/state/store.ts';
import { openTestRedis, type TestRedis } from '../../support/state.ts';

const DAY_MS = 86_400_000;
const start = Date.parse('2026-08-21T14:00:00Z');

function receipt(version: number, over: Partial<Receipt> = {}): Receipt {
  const push = { path: 'acme/api', uuid: 'u1', version, claimedVersion: null, user: null, note: null } as const;
  const opened = openReceipt({ ...push, kind: 'push', pushedAt: new Date(start + version * 1000) });
  return { ...opened, ...over };
}

describe('createStore', () => {
  let redis: TestRedis;
  let store: Store;
  let clock: number;
  let lost: number;

  before(async function () {
    this.timeout(20_000); // starts a server
    redis = await openTestRedis();
  });

  after(() => redis.close());

  beforeEach(() => {
    clock = start;
    lost = 0;
    const onLeaseLost = () => {
      lost += 1;
    };
    store = createStore({
      redis: redis.client,
      prefix: `{${randomUUID()}}`,
      receiptDays: 90,
      onLeaseLost,
      now: () => clock,
    });
  });

  describe('receipts', () => {
    const ids = (page: { items: readonly Receipt[] }) => page.items.map(({ version }) => version);

    it('are found by id and, the newest, by path', async () => {
      await store.receipts.save(receipt(2));
      await store.receipts.save(receipt(1));

      expect(await store.receipts.find('u1@1')).to.deep.equal(receipt(1));
      expect((await store.receipts.findLatest('acme/api'))?.version).to.equal(2);
      expect(await store.receipts.find('u1@3')).to.equal(null);
      expect(await store.receipts.findLatest('acme/other')).to.equal(null);
    });

    it('are listed newest first, page by page', async () => {
      for (const version of [3, 1, 5, 2, 4]) await store.receipts.save(receipt(version));

      const first = await store.receipts.list({ limit: 2 });
      const second = await store.receipts.list({ limit: 2, cursor: first.next ?? '' });
      const third = await store.receipts.list({ limit: 2, cursor: second.next ?? '' });

      expect([ids(first), ids(second), ids(third)]).to.deep.equal([[5, 4], [3, 2], [1]]);
      expect(third.next).to.equal(null);
    });

    it('lose none between pages when many were pushed at the same moment', async () => {
      const pushedAt = new Date(start).toISOString();
      for (let version = 10; version < 30; version += 1) await store.receipts.save(receipt(version, { pushedAt }));

      const seen: number[] = [];
      for (let cursor: string | null | undefined; cursor !== null; ) {
        const page = await store.receipts.list({ limit: 3, ...(cursor === undefined ? {} : { cursor }) });
        seen.push(...ids(page));
        cursor = page.next;
      }

      expect(seen).to.have.lengthOf(20);
      expect(new Set(seen).size).to.equal(20);
    });

    it('are listed by state, which changes', async () => {
      await store.receipts.save(receipt(1));
      await store.receipts.save(receipt(2));
      await store.receipts.save(receipt(1, { state: 'done' }));

      expect(ids(await store.receipts.list({ state: 'done' }))).to.deep.equal([1]);
      expect(ids(await store.receipts.list({ state: 'queued' }))).to.deep.equal([2]);
    });

    it('are listed by path, state and time', async () => {
      await store.receipts.save(receipt(1, { state: 'done' }));
      await store.receipts.save(receipt(2, { path: 'acme/other' }));
      await store.receipts.save(receipt(3));

      expect(ids(await store.receipts.list({ path: 'acme/api' }))).to.deep.equal([3, 1]);
      expect(ids(await store.receipts.list({ path: 'acme/api', state: 'done' }))).to.deep.equal([1]);
      expect(ids(await store.receipts.list({ since: new Date(start + 2000) }))).to.deep.equal([3, 2]);
    });

    it('are listed as far as the caller may see them, page by page', async () => {
      for (let version = 1; version <= 9; version += 1) {
        await store.receipts.save(receipt(version, { path: version % 3 === 0 ? 'acme/api' : 'globex/api' }));
      }
      const isSeen = (path: string) => path.startsWith('acme/');

      const first = await store.receipts.list({ limit: 2, isSeen });
      const second = await store.receipts.list({ limit: 2, isSeen, cursor: first.next ?? '' });

      expect([ids(first), ids(second)]).to.deep.equal([[9, 6], [3]]);
      expect(second.next).to.equal(null);
    });

    it('end after the days they are kept', async () => {
      await store.receipts.save(receipt(1));
      clock = start + 91 * DAY_MS;
      await store.receipts.save(receipt(2, { pushedAt: new Date(clock).toISOString() }));

      expect(ids(await store.receipts.list({}))).to.deep.equal([2]);
      expect(ids(await store.receipts.list({ path: 'acme/api' }))).to.deep.equal([2]);
    });

    it('take any cursor without failing', async () => {
      await store.receipts.save(receipt(1));

      for (const cursor of ['', '!', 'AAAA', Buffer.from('x y z').toString('base64url')]) {
        expect((await store.receipts.list({ cursor })).items.length).to.be.lessThan(2);
      }
    });
  });

  describe('rollbacks', () => {
    it('are known by their version until they are forgotten', async () => {
      const note = { user: 'alice', note: 'broken since noon' };
      await store.rollbacks.write('u1', 3, note);

      expect(await store.rollbacks.find('u1', 3)).to.deep.equal(note);
      expect(await store.rollbacks.find('u1', 2)).to.equal(null);
      await store.rollbacks.forget('u1', 3);
      expect(await store.rollbacks.find('u1', 3)).to.equal(null);
    });
  });

  describe('leases', () => {
    it('have one holder', async () => {
      const lease = await store.acquireLease('repository:42', 10_000);

      expect(lease?.isHeld()).to.equal(true);
      expect(await store.acquireLease('repository:42', 10_000)).to.equal(null);
      expect(await store.acquireLease('repository:43', 10_000)).to.not.equal(null);
    });

    it('can be taken again after a release', async () => {
      const lease = await store.acquireLease('a', 10_000);

      await lease?.release();

      expect(lease?.isHeld()).to.equal(false);
      expect(await store.acquireLease('a', 10_000)).to.not.equal(null);
    });

    it('are renewed by their holder only', async () => {
      const first = await store.acquireLease('a', 10_000);
      await first?.release();
      const second = await store.acquireLease('a', 10_000);

      expect(await first?.renew()).to.equal(false);
      await first?.release();

      expect(await second?.renew()).to.equal(true);
      expect(await store.acquireLease('a', 10_000)).to.equal(null);
    });

    it('tell once when another has it', async () => {
      const lease = await store.acquireLease('a', 10_000);
      await redis.client.flushdb(); // as a restart without data

      expect(await lease?.renew()).to.equal(false);
      expect(await lease?.renew()).to.equal(false);
      expect(lease?.isHeld()).to.equal(false);
      expect(lost).to.equal(1);
    });
  });

  describe('paths', () => {
    it('keep their pace until it is over', async () => {
      clock = Date.now(); // Redis counts the time that is left
      await store.paths.writePace('acme/api', clock + 60_000);
      await store.paths.writePace('acme/late', clock - 1);

      expect(await store.paths.readPace('acme/api')).to.be.closeTo(clock + 60_000, 1000);
      expect(await store.paths.readPace('acme/late')).to.equal(null);

      await store.paths.clearPace('acme/api');

      expect(await store.paths.readPace('acme/api')).to.equal(null);
    });

    it('never have their pace moved back', async () => {
      clock = Date.now();
      await store.paths.writePace('acme/api', clock + 60_000);
      await store.paths.writePace('acme/api', clock + 30_000);

      expect(await store.paths.readPace('acme/api')).to.be.closeTo(clock + 60_000, 1000);
    });

    it('keep a pace that another clock wrote for as long as was meant', async () => {
      clock = Date.now() + 3_600_000;
      await store.paths.writePace('acme/api', clock + 10_000);
      clock = Date.now();

      expect(await store.paths.readPace('acme/api')).to.be.closeTo(clock + 10_000, 1000);
    });

    it('tell who waits when a push is seen', async () => {
      const first = { seenBefore: null, waitingSince: null };
      expect(await store.paths.markSeen('acme/a', start)).to.deep.equal({ seenAt: start, ...first, waitingPaths: 1 });
      expect(await store.paths.markSeen('acme/b', start + 1)).to.deep.include({ ...first, waitingPaths: 2 });
      const again = { seenAt: start + 2, seenBefore: start, waitingSince: start, waitingPaths: 2 };
      expect(await store.paths.markSeen('acme/a', start + 2)).to.deep.equal(again);
    });

    describe('looks', () => {
      const due = async (limit = 10) => {
        const queued: string[] = [];
        await store.paths.queueDueLooks(limit, async (path) => void queued.push(path));
        return queued;
      };

      it('come when they are due, once', async () => {
        await store.paths.scheduleLook('acme/b', start + 10);
        await store.paths.scheduleLook('acme/a', start + 5);
        await store.paths.scheduleLook('acme/later', start + 1000);
        clock = start + 10;

        expect(await store.paths.listHeld()).to.deep.equal(new Set(['acme/a', 'acme/b', 'acme/later']));
        expect(await due(1)).to.deep.equal(['acme/a']);
        expect(await due()).to.deep.equal(['acme/b']);
        expect(await due()).to.deep.equal([]);
        expect(await store.paths.listHeld()).to.deep.equal(new Set(['acme/later']));
      });

      it('come at the time said last', async () => {
        await store.paths.scheduleLook('acme/a', start);
        await store.paths.scheduleLook('acme/a', start + 1000);

        expect(await due()).to.deep.equal([]);
      });

      it('come again when they could not be queued', async () => {
        await store.paths.scheduleLook('acme/a', start);
        const failing = store.paths.queueDueLooks(10, async () => {
          throw new TransportError('redis', 'away');
        });
        expect(await failing.catch((error: unknown) => error)).to.be.instanceOf(TransportError);

        expect(await due()).to.deep.equal([]);
        clock = start + 60_000;
        expect(await due()).to.deep.equal(['acme/a']);
      });

      it('keep a time that a run set while they were queued', async () => {
        await store.paths.scheduleLook('acme/a', start);

        await store.paths.queueDueLooks(10, (path) => store.paths.scheduleLook(path, start + 500));

        clock = start + 500;
        expect(await due()).to.deep.equal(['acme/a']);
      });
    });

    it('wait since their first push until a run ends', async () => {
      await store.paths.markSeen('acme/a', start + 2);
      await store.paths.markSeen('acme/b', start + 3);
      await store.paths.markSeen('acme/a', start + 9);
      await store.paths.beginRun('acme/a', start + 10);

      expect(await store.paths.findSeenAt('acme/a')).to.equal(start + 2);
      expect(await store.paths.findOldestUnpublished()).to.deep.equal({ path: 'acme/a', since: start + 2 });

      await store.paths.endRun('acme/a');
      await store.paths.endRun('acme/b');

      expect(await store.paths.findOldestUnpublished()).to.equal(null);
    });

    it('wait for the next run with what was pushed during one', async () => {
      await store.paths.markSeen('acme/a', start);
      await store.paths.beginRun('acme/a', start);
      await store.paths.markSeen('acme/a', start + 5);
      await store.paths.markSeen('acme/a', start + 6);

      await store.paths.endRun('acme/a');

      expect(await store.paths.findSeenAt('acme/a')).to.equal(start + 5);
    });

    it('are seen when their job was made, if nobody marked them', async () => {
      await store.paths.beginRun('acme/a', start + 7);

      expect(await store.paths.findSeenAt('acme/a')).to.equal(start + 7);
    });

    it('stay unpublished when a run fails for good, and a later push has a time of its own', async () => {
      const failed = { path: 'acme/a', jobId: 'j1', code: 'E_BUSY', message: 'no' };
      await store.paths.markSeen('acme/a', start);

      expect(await store.paths.failRun(failed)).to.equal(null);
      await store.paths.markSeen('acme/a', start + 50);

      expect(await store.paths.countFailed()).to.equal(1);
      expect(await store.paths.findSeenAt('acme/a')).to.equal(start + 50);
      expect(await store.paths.findOldestUnpublished()).to.deep.equal({ path: 'acme/a', since: start });
    });

    it('are well again when a later run ends well', async () => {
      const failed = { path: 'acme/a', jobId: 'j1', code: 'E_BUSY', message: 'no' };
      await store.paths.failRun(failed);

      expect(await store.paths.failRun({ ...failed, jobId: 'j2' })).to.include({ jobId: 'j1' });
      expect(await store.paths.endRun('acme/a')).to.include({ jobId: 'j2' });
      expect(await store.paths.countFailed()).to.equal(0);
    });
  });

  it('keeps the cursor', async () => {
    expect(await store.readCursor()).to.equal(null);

    await store.writeCursor('{"createdFrom":"x"}');

    expect(await store.readCursor()).to.equal('{"createdFrom":"x"}');
  });

  describe('alarms', () => {
    const about = { source: 'run', path: 'acme/api' } as const;
    const paused = (details: Record<string, string> = {}) =>
      createAlarm(about, { alarm: 'task-paused', details }, clock);

    it('are news once, and keep their beginning with newer words', async () => {
      expect(await store.alarms.raise(paused({ id: 't1' }))).to.equal(true);
      clock += 60_000;
      expect(await store.alarms.raise(paused({ id: 't2' }))).to.equal(false);

      const [alarm, ...more] = await store.alarms.list();

      expect(more).to.deep.equal([]);
      expect(alarm).to.include({ alarm: 'task-paused', since: new Date(start).toISOString() });
      expect(alarm?.message).to.include('t2');
    });

    it('are news again when they are of another kind, or were over', async () => {
      await store.alarms.raise(paused());

      expect(await store.alarms.raise(createAlarm(about, { alarm: 'blob-mismatch', details: {} }, clock))).to.equal(
        true,
      );
      expect(await store.alarms.clear(about)).to.equal(true);
      expect(await store.alarms.clear(about)).to.equal(false);
      expect(await store.alarms.raise(paused())).to.equal(true);
    });

    it('of several sources stand beside each other, the oldest first', async () => {
      await store.alarms.raise(paused());
      clock -= 60_000;
      await store.alarms.raise(
        createAlarm({ source: 'orphans', path: null }, { alarm: 'orphan-limit', details: { n: '12' } }, clock),
      );

      expect((await store.alarms.list()).map(({ alarm }) => alarm)).to.deep.equal(['orphan-limit', 'task-paused']);
    });
  });

  describe('paths that wait', () => {
    it('are those whose push was seen before then, failed ones too', async () => {
      await store.paths.markSeen('acme/old', start);
      await store.paths.markSeen('acme/new', start + 60_000);
      await store.paths.markSeen('acme/failed', start);
      await store.paths.failRun({ path: 'acme/failed', jobId: 'j', code: 'E', message: 'no' });

      const late = await store.paths.listUnpublished(start + 1000, 10);

      expect(late.toSorted()).to.deep.equal(['acme/failed', 'acme/old']);
      expect(await store.paths.listUnpublished(start + 1000, 1)).to.have.lengthOf(1);
    });
  });

  describe('grants', () => {
    it('are kept by path, each login once, with its latest time', async () => {
      await store.grants.note('acme/a', 'Alice');
      clock += 10;
      await store.grants.note('acme/a', 'bob');
      clock += 10;
      await store.grants.note('acme/a', 'alice');

      expect(await store.grants.list('acme/a')).to.deep.equal([
        { login: 'bob', at: start + 10 },
        { login: 'alice', at: start + 20 },
      ]);
      expect(await store.grants.list('acme/b')).to.deep.equal([]);
    });

    it('are forgotten after a week, and not kept without end', async () => {
      await store.grants.note('acme/a', 'old');
      clock += 7 * DAY_MS + 1;
      for (let i = 0; i < 101; i++) await store.grants.note('acme/a', `login-${i}`);

      const logins = (await store.grants.list('acme/a')).map(({ login }) => login);
      expect(logins).to.have.lengthOf(100).and.not.include('old');
    });
  });

  it('passes hints on to whoever hears them, in this daemon or another', async () => {
    const heard: (string | null)[] = [];
    const ears = new EventEmitter();
    await store.hints.hear(redis.connect(), (path) => {
      heard.push(path);
      if (path === null) ears.emit('end');
    });
    const end = once(ears, 'end');

    await store.hints.send('acme/"a"');
    await store.hints.send(null);
    await end;

    expect(heard).to.deep.equal(['acme/"a"', null]);
  });

  it('fails with the error of an absent Redis when a write is refused', async () => {
    await redis.client.config('SET', 'maxmemory', '1');
    try {
      const failure = await store.receipts.save(receipt(1)).catch((error: unknown) => error);

      expect(failure).to.be.instanceOf(TransportError).and.include({ system: 'redis', disposition: 'retry' });
    } finally {
      await redis.client.config('SET', 'maxmemory', '0');
    }
  });
});
