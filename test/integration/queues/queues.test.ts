import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import { AuthError, InvariantError, TransportError } from '../../../lib/errors.ts';
import { createCanary } from '../../../queues/canary.ts';
import { openTestRedis, type TestRedis } from '../../support/state.ts';
import { until } from '../../support/until.ts';
import { type Bench, type BenchOptions, createGate, done, openBench, type UseCase } from './bench.ts';

const refusal = { system: 'pulp', method: 'GET', url: '/', status: 401, detail: '', retryAfterSeconds: null } as const;

describe('queues and worker', function () {
  this.timeout(20_000); // starts a server; BullMQ looks for delayed jobs every few seconds

  let redis: TestRedis;
  let open: Bench[];

  before(async () => {
    redis = await openTestRedis();
  });

  after(() => redis.close());

  beforeEach(() => {
    open = [];
  });

  afterEach(async () => {
    for (const bench of open) await bench.close();
  });

  function benchOf(useCase: UseCase, options?: BenchOptions): Bench {
    const bench = openBench(redis, useCase, options);
    open.push(bench);
    return bench;
  }

  describe('add', () => {
    it('runs a path once, however often it is queued before', async () => {
      const bench = benchOf(async () => done);
      for (let i = 0; i < 5; i += 1) await bench.queues.add('acme/api');

      bench.worker.start();
      await bench.untilRuns(1);
      await bench.untilIdle();

      expect(bench.runs).to.deep.equal(['acme/api']);
    });

    it('runs a path exactly once more when it is queued during its run, however often', async () => {
      const gate = createGate();
      const bench = benchOf(async (_path, _run, nth) => {
        if (nth === 1) await gate.wait;
        return done;
      });
      bench.worker.start();
      await bench.queues.add('acme/api');
      await bench.untilRuns(1);

      for (let i = 0; i < 5; i += 1) await bench.queues.add('acme/api');
      gate.open();
      await bench.untilRuns(2);
      await bench.untilIdle();

      expect(bench.runs).to.have.lengthOf(2);
    });

    it('never runs a path twice at once, with two workers', async () => {
      let atOnce = 0;
      let most = 0;
      const useCase: UseCase = async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await delay(2); // long enough for an overlap
        atOnce -= 1;
        return done;
      };
      const first = benchOf(useCase);
      const second = benchOf(useCase, { prefix: first.prefix });
      first.worker.start();
      second.worker.start();

      for (let i = 0; i < 200; i += 1) await (i % 2 ? first : second).queues.add('acme/api');
      await first.untilIdle();

      expect(most).to.equal(1);
      expect(first.runs.length + second.runs.length).to.be.greaterThan(1);
    });

    it('runs a path again after it failed for good', async () => {
      const bench = benchOf(async (_path, _run, nth) => {
        if (nth === 1) throw new InvariantError('broken');
        return done;
      });
      bench.worker.start();
      await bench.queues.add('acme/api');
      await until('the failure', async () => (await bench.counts())['failed'] === 1);

      await bench.queues.add('acme/api');
      await bench.untilRuns(2);
      await until('the failure to be forgotten', async () => (await bench.counts())['failed'] === 0);

      expect(bench.outcomes).to.deep.equal(['failed', 'published']);
      expect(await bench.store.paths.countFailed()).to.equal(0);
    });

    it('runs a path again when it was queued during a run that failed for good', async () => {
      const gate = createGate();
      const bench = benchOf(async (_path, _run, nth) => {
        if (nth > 1) return done;
        await gate.wait;
        throw new InvariantError('broken');
      });
      bench.worker.start();
      await bench.queues.add('acme/api');
      await bench.untilRuns(1);
      await bench.queues.add('acme/api');

      gate.open();
      await bench.untilRuns(2);
    });

    it('keeps one failed job a path', async () => {
      const bench = benchOf(async () => {
        throw new InvariantError('broken');
      });
      bench.worker.start();

      for (let nth = 1; nth <= 3; nth += 1) {
        await bench.queues.add('acme/api');
        await until('the failure', () => bench.outcomes.length === nth);
      }
      await until('one failed job', async () => (await bench.counts())['failed'] === 1);

      expect(await bench.store.paths.countFailed()).to.equal(1);
    });

    it('is not blocked by a deduplication key whose job is gone', async () => {
      const bench = benchOf(async () => done);
      await redis.client.set(`${bench.prefix}:reconcile:de:acme/api`, 'gone');

      await bench.queues.add('acme/api');
      bench.worker.start();

      await bench.untilRuns(1);
    });

    it('is not blocked by a job that is in no list', async () => {
      const bench = benchOf(async () => done);
      await bench.queues.add('acme/api');
      await redis.client.del(`${bench.prefix}:reconcile:wait`);

      await bench.queues.add('acme/api');
      bench.worker.start();

      await bench.untilRuns(1);
      await bench.untilIdle();
      expect(bench.runs).to.have.lengthOf(1);
    });

    it('lets others pass a path that waits', async () => {
      const bench = benchOf(async (path) =>
        path === 'acme/slow' ? { kind: 'again', afterMs: 60_000, reason: 'paced' } : done,
      );
      bench.worker.start();

      await bench.queues.add('acme/slow');
      await bench.untilRuns(1);
      await bench.queues.add('acme/slow');
      await bench.queues.add('acme/quick');
      await bench.untilRuns(2);

      expect(bench.runs).to.deep.equal(['acme/slow', 'acme/quick']);
    });
  });

  describe('stepBack', () => {
    it('lets those that did not step back go first', async () => {
      const bench = benchOf(async () => done, { concurrency: 1 });
      for (const path of ['noisy/1', 'noisy/2', 'a/3']) await bench.queues.add(path);
      await bench.queues.stepBack('noisy/1');
      await bench.queues.stepBack('noisy/2');
      await bench.queues.add('a/4');

      expect(await bench.counts()).to.include({ waiting: 4 });
      bench.worker.start();
      await bench.untilRuns(4);

      expect(bench.runs).to.deep.equal(['a/3', 'a/4', 'noisy/1', 'noisy/2']);
    });

    it('runs a path that is delayed meanwhile', async () => {
      const bench = benchOf(async (path, _, nth) =>
        path === 'noisy/1' && nth === 1 ? { kind: 'again', afterMs: 1, reason: 'paced' } : done,
      );
      await bench.queues.add('noisy/1');
      await bench.queues.stepBack('noisy/1');
      bench.worker.start();
      await bench.untilRuns(2);
      await bench.untilIdle();

      expect(bench.outcomes).to.deep.equal(['waiting', 'published']);
    });

    it('ends for paths that waited for long', async () => {
      const bench = benchOf(async () => done, { concurrency: 1 });
      for (const path of ['noisy/1', 'a/2']) await bench.queues.add(path);
      await bench.queues.stepBack('noisy/1');

      await bench.queues.hurry(60_000);
      await bench.queues.hurry(-1);
      await bench.queues.stepBack('a/2');
      bench.worker.start();
      await bench.untilRuns(2);

      expect(bench.runs).to.deep.equal(['noisy/1', 'a/2']);
    });

    it('does nothing for a path that was not queued, or runs', async () => {
      const bench = benchOf(async () => {
        await bench.queues.stepBack('acme/api');
        return done;
      });
      await bench.queues.stepBack('acme/other');
      await bench.queues.add('acme/api');
      bench.worker.start();
      await bench.untilIdle();

      expect(bench.outcomes).to.deep.equal(['published']);
    });
  });

  describe('clocks', () => {
    it('that are ahead make no path wait longer than its own pause', async () => {
      const bench = benchOf(async (_path, _run, nth) =>
        nth === 1 ? { kind: 'again', afterMs: 60_000, reason: 'paced' } : done,
      );
      bench.worker.start();
      await bench.queues.add('acme/api');
      await until('the pause', async () => (await bench.counts())['delayed'] === 1);
      await bench.queues.forgetClocksAhead();
      expect(await bench.counts()).to.include({ delayed: 1 });

      await redis.client.hset(await keyOfJob(bench, 'acme/api'), 'processedOn', Date.now() + 3_600_000);
      await bench.queues.forgetClocksAhead();

      await bench.untilRuns(2);
    });
  });

  describe('promote', () => {
    it('puts a waiting path first', async () => {
      const bench = benchOf(async () => done, { concurrency: 1 });
      for (const path of ['a/1', 'a/2', 'a/3']) await bench.queues.add(path);

      await bench.queues.promote('a/3');
      bench.worker.start();
      await bench.untilRuns(3);

      expect(bench.runs).to.deep.equal(['a/3', 'a/1', 'a/2']);
    });

    it('runs a delayed path at once', async () => {
      const bench = benchOf(async (_path, _run, nth) =>
        nth === 1 ? { kind: 'again', afterMs: 60_000, reason: 'paced' } : done,
      );
      bench.worker.start();
      await bench.queues.add('acme/api');
      await until('the delay', async () => (await bench.counts())['delayed'] === 1);

      await bench.queues.promote('acme/api');

      await bench.untilRuns(2);
      await bench.untilIdle();
    });

    it('runs a failed path at once', async () => {
      const bench = benchOf(async (_path, _run, nth) => {
        if (nth === 1) throw new InvariantError('broken');
        return done;
      });
      bench.worker.start();
      await bench.queues.add('acme/api');
      await until('the failure', async () => (await bench.counts())['failed'] === 1);

      await bench.queues.promote('acme/api');
      await bench.untilRuns(2);

      await until('no failed job', async () => (await bench.counts())['failed'] === 0);
    });

    it('runs a path that was not queued', async () => {
      const bench = benchOf(async () => done);
      bench.worker.start();

      await bench.queues.promote('acme/api');

      await bench.untilRuns(1);
    });

    it('lets a running path run once more', async () => {
      const gate = createGate();
      const bench = benchOf(async (_path, _run, nth) => {
        if (nth === 1) await gate.wait;
        return done;
      });
      bench.worker.start();
      await bench.queues.add('acme/api');
      await bench.untilRuns(1);

      await bench.queues.promote('acme/api');
      await bench.queues.promote('acme/api');
      gate.open();
      await bench.untilRuns(2);
      await bench.untilIdle();

      expect(bench.runs).to.have.lengthOf(2);
    });
  });

  describe('a run that does not go through', () => {
    it('uses no attempt while it waits', async () => {
      const attempts: boolean[] = [];
      const bench = benchOf(async (_path, { isLastAttempt }, nth) => {
        attempts.push(isLastAttempt);
        return nth < 12 ? { kind: 'again', afterMs: 1, reason: 'katello-busy' } : done;
      });
      bench.worker.start();
      await bench.queues.add('acme/api');

      await bench.untilRuns(12);
      await bench.untilIdle();

      expect(attempts.includes(true)).to.equal(false);
      expect(bench.outcomes.at(-1)).to.equal('published');
    });

    it('is tried ten times, the last one knowing that it is', async () => {
      const attempts: boolean[] = [];
      const bench = benchOf(async (_path, { isLastAttempt }) => {
        attempts.push(isLastAttempt);
        throw new TransportError('pulp', 'no answer');
      });
      bench.worker.start();
      await bench.queues.add('acme/api');

      await until('the failure', async () => (await bench.counts())['failed'] === 1);

      expect(attempts).to.have.lengthOf(10);
      expect(attempts.indexOf(true)).to.equal(9);
      expect(bench.outcomes).to.deep.equal([...Array.from({ length: 9 }, () => 'retried'), 'failed']);
    });

    it('is given up at once when nothing would change', async () => {
      const bench = benchOf(async () => {
        throw new InvariantError('our bug');
      });
      bench.worker.start();
      await bench.queues.add('acme/api');

      await until('the failure', async () => (await bench.counts())['failed'] === 1);

      expect(bench.runs).to.have.lengthOf(1);
      expect(await bench.store.paths.countFailed()).to.equal(1);
    });

    it('does not stop others', async () => {
      const bench = benchOf(async (path) => {
        if (path === 'acme/bad') throw new TransportError('katello', 'no answer');
        return done;
      });
      bench.worker.start();

      await bench.queues.add('acme/bad');
      for (let i = 0; i < 5; i += 1) await bench.queues.add(`acme/${i}`);

      await until('the others', () => new Set(bench.runs).size === 6);
    });

    it('stops all work while the account is refused, and uses no attempt', async () => {
      const attempts: boolean[] = [];
      const bench = benchOf(async (_path, { isLastAttempt }) => {
        attempts.push(isLastAttempt);
        if (bench.down.has('pulp')) throw new AuthError(refusal);
        return done;
      });
      bench.down.add('pulp');
      bench.worker.start();
      await bench.queues.add('acme/api');
      await bench.untilRuns(1);
      await bench.queues.add('acme/other');
      await until('both to wait', async () => {
        const { active, delayed = 0, waiting = 0 } = await bench.counts();
        return active === 0 && delayed + waiting === 2;
      });
      expect(bench.runs).to.deep.equal(['acme/api']);

      await bench.reopen();
      await bench.untilIdle();

      expect(bench.runs).to.have.members(['acme/api', 'acme/api', 'acme/other']);
      expect(attempts.includes(true)).to.equal(false);
    });

    it('counts an attempt when only this path is refused', async () => {
      const bench = benchOf(async () => {
        throw new AuthError(refusal);
      });
      bench.worker.start();
      await bench.queues.add('acme/api');

      await until('the failure', async () => (await bench.counts())['failed'] === 1);

      expect(bench.runs).to.have.lengthOf(10);
    });

    it('slows everybody down when a system is overloaded but answers', async () => {
      const bench = benchOf(
        async (path, _run, nth) =>
          path === 'a/1' && nth === 1 ? { kind: 'again', afterMs: 700, reason: 'katello-down' } : done,
        { concurrency: 1 },
      );
      bench.worker.start();
      await bench.queues.add('a/1');
      await bench.untilRuns(1);
      await until('the slow-down', () => redis.client.exists(`${bench.prefix}:reconcile:limiter`).then((n) => n === 1));
      const slowedAt = Date.now();

      await bench.queues.add('a/2');
      await bench.untilRuns(2);

      expect(Date.now() - slowedAt).to.be.greaterThan(500);
    });

    it('is refused when the job names no path', async () => {
      const bench = benchOf(async () => done);
      const queue = new Queue('reconcile', { connection: redis.client, prefix: bench.prefix });
      await queue.add('reconcile', { digest: 'sha256:…' });
      bench.worker.start();

      await until('the failure', async () => (await bench.counts())['failed'] === 1);
      await queue.close();

      expect(bench.runs).to.deep.equal([]);
    });
  });

  describe('the worker', () => {
    it('gives back what is at hand when it stops, and nothing is lost', async () => {
      const useCase: UseCase = (_path, { signal }) =>
        once(signal, 'abort').then(() => {
          signal.throwIfAborted();
          return done;
        });
      const first = benchOf(useCase);
      first.worker.start();
      await first.queues.add('acme/api');
      await first.untilRuns(1);

      expect(await first.worker.close(5000)).to.deep.equal([]);

      expect(await first.counts()).to.include({ waiting: 1, active: 0, failed: 0 });
      const second = benchOf(async (_path, { isLastAttempt }) => ({ kind: 'done', result: `${isLastAttempt}` }), {
        prefix: first.prefix,
      });
      second.worker.start();
      await second.untilRuns(1);
      await second.untilIdle();
      expect(second.outcomes).to.deep.equal(['false']);
    });

    it('names the paths that do not stop in time', async () => {
      const gate = createGate();
      const bench = benchOf(async () => {
        await gate.wait;
        return done;
      });
      bench.worker.start();
      await bench.queues.add('acme/stubborn');
      await bench.untilRuns(1);

      expect(await bench.worker.close(50)).to.deep.equal(['acme/stubborn']);
      gate.open();
    });

    it('takes over a path whose worker died', async () => {
      const gate = createGate();
      const first = benchOf(() => gate.wait.then(() => done), { lockMs: 400, concurrency: 1 });
      first.worker.start();
      await first.queues.add('acme/api');
      await first.untilRuns(1);
      await redis.client.del(await lockOf(first));

      const second = benchOf(async () => done, { prefix: first.prefix, lockMs: 400 });
      second.worker.start();
      await second.untilRuns(1);

      gate.open();
      await second.untilIdle();
    });

    it('looks again, at once and later, at a path that another took over in mid-run', async () => {
      const gate = createGate();
      const first = benchOf(() => gate.wait.then(() => done), { lockMs: 400, concurrency: 1 });
      first.worker.start();
      await first.queues.add('acme/api');
      await first.untilRuns(1);
      await redis.client.del(await lockOf(first));
      const second = benchOf(async () => done, { prefix: first.prefix, lockMs: 400 });
      second.worker.start();
      await second.untilRuns(1);
      await second.untilIdle();

      gate.open();

      await until('a third run', () => first.runs.length + second.runs.length === 3);
      await second.untilIdle();
      expect(Number(await redis.client.zscore(`${first.prefix}:looks`, 'acme/api'))).to.be.above(Date.now());
    });

    it('knows a path whose processes died too often, until it is well again', async () => {
      const bench = benchOf(async () => done);
      await bench.queues.add('acme/api');
      await redis.client.hset(await keyOfJob(bench, 'acme/api'), 'defa', 'as BullMQ notes it');

      bench.worker.start();

      await until('the failure', async () => (await bench.store.paths.countFailed()) === 1);
      expect(await bench.counts()).to.include({ failed: 1 });
      expect(bench.runs).to.deep.equal([]);
      await bench.queues.add('acme/api');
      await bench.untilRuns(1);
      await until('no failed job', async () => (await bench.counts())['failed'] === 0);
      expect(await bench.store.paths.countFailed()).to.equal(0);
    });

    it('works on no more paths at once than all daemons may', async () => {
      let atOnce = 0;
      let most = 0;
      const bench = benchOf(async () => {
        atOnce += 1;
        most = Math.max(most, atOnce);
        await delay(5); // long enough for an overlap
        atOnce -= 1;
        return done;
      });
      await bench.queues.limitConcurrency(2);
      for (let i = 0; i < 20; i += 1) await bench.queues.add(`acme/${i}`);

      bench.worker.start();
      await bench.untilRuns(20);
      await bench.untilIdle();

      expect(most).to.equal(2);
    });

    it('tells counts and the age of what waits', async () => {
      const bench = benchOf(async () => done);
      await bench.queues.add('acme/api');

      const all = await bench.queues.inspect();

      expect(all.map(({ queue }) => queue)).to.deep.equal(['reconcile', 'proxies', 'orphans', 'notifications']);
      expect(all[0]?.states).to.deep.equal({ waiting: 1, active: 0, delayed: 0, failed: 0 });
      expect(all[0]?.oldestSeconds).to.be.within(0, 5);
      expect(all[1]?.oldestSeconds).to.equal(0);
    });
  });

  describe('the canary', () => {
    it('comes through to its own daemon', async () => {
      const options = { connection: redis.connect(), prefix: '{canary}', skipVersionCheck: false };
      const mine = createCanary(options, 'mine');
      const other = createCanary(options, 'other');

      await mine.send();
      await until('the canary', () => mine.lastAt());
      await mine.send();

      expect(other.lastAt()).to.equal(null);
      await mine.close();
      await other.close();
    });
  });

  async function keyOfJob({ prefix }: Bench, path: string): Promise<string> {
    return `${prefix}:reconcile:${await redis.client.get(`${prefix}:reconcile:de:${path}`)}`;
  }

  async function lockOf(bench: Bench): Promise<string> {
    const [key] = await redis.client.keys(`${bench.prefix}:reconcile:*:lock`);
    return key ?? '';
  }
});
