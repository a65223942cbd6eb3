import { randomUUID } from 'node:crypto';
import { Queue } from 'bullmq';
import { expect } from 'chai';
import { HttpStatusError, InvariantError } from '../../../lib/errors.ts';
import {
  createOrphanQueue,
  createOrphanWorker,
  type OrphanQueue,
  type OrphanWorkerDeps,
} from '../../../queues/orphans.ts';
import { openTestRedis, silentLog, type TestRedis } from '../../support/state.ts';
import { until } from '../../support/until.ts';

const LONG_MS = 3_600_000;
const broken = { system: 'pulp', method: 'GET', url: '/', status: 500, detail: '', retryAfterSeconds: null } as const;

describe('the queue of orphans', function () {
  this.timeout(30_000); // starts a server; BullMQ looks for delayed jobs every few seconds

  let redis: TestRedis;
  let queue: Queue;
  let orphans: OrphanQueue;
  let closers: (() => Promise<void>)[];
  /** what the worker did, oldest first */
  let done: string[];

  before(async () => {
    redis = await openTestRedis();
  });
  after(() => redis.close());

  beforeEach(() => {
    done = [];
    closers = [];
    queue = new Queue('orphans', { connection: redis.client, prefix: `{${randomUUID()}}`, skipVersionCheck: true });
    orphans = createOrphanQueue(queue);
  });
  afterEach(async () => {
    for (const close of closers) await close();
    await queue.close();
  });

  function work(deps: Partial<OrphanWorkerDeps> = {}): void {
    const worker = createOrphanWorker({
      connection: redis.connect(),
      prefix: queue.opts.prefix ?? '',
      skipVersionCheck: true,
      sweep: async () => {
        done.push('sweep');
        return { kind: 'done' };
      },
      step: async (path) => {
        done.push(path);
        return { kind: 'done' };
      },
      check: async () => true,
      isOpen: () => true,
      log: silentLog,
      ...deps,
    });
    worker.start();
    closers.push(() => worker.close(1000));
  }
  const untilDone = (count: number) => until(`${count} jobs`, () => done.length >= count, 20_000);

  it('holds one sweep, and one step for each path', async () => {
    await orphans.addSweep();
    await orphans.addSweep();
    await orphans.addStep('acme/a', 0);
    await orphans.addStep('acme/a', 0);
    await orphans.addStep('acme/b', 0);

    work();
    await untilDone(3);

    expect(done.toSorted()).to.deep.equal(['acme/a', 'acme/b', 'sweep']);
    expect(await queue.getJobCounts('waiting', 'delayed', 'failed')).to.include({ waiting: 0, delayed: 0, failed: 0 });
  });

  it('lets a step that has to wait block no other one', async () => {
    work({
      step: async (path) => {
        done.push(path);
        return path === 'acme/waits' ? { kind: 'again', afterMs: LONG_MS } : { kind: 'done' };
      },
    });
    await orphans.addStep('acme/waits', 0);
    await untilDone(1);

    for (const path of ['acme/a', 'acme/b', 'acme/c']) await orphans.addStep(path, 0);
    await untilDone(4);

    expect(done.toSorted()).to.deep.equal(['acme/a', 'acme/b', 'acme/c', 'acme/waits']);
    expect(await queue.getDelayedCount()).to.equal(1);
  });

  it('has a step that waits made at once where somebody asks for that', async () => {
    await orphans.addStep('acme/a', LONG_MS);
    await orphans.addStep('acme/a', LONG_MS);
    work();

    await orphans.addStep('acme/a', 0);
    await untilDone(1);

    expect(done).to.deep.equal(['acme/a']);
  });

  it('tries again what failed for a moment, and keeps what failed for good', async () => {
    let failures = 0;
    work({
      step: async (path) => {
        done.push(path);
        if (path === 'acme/bug') throw new InvariantError('a bug');
        failures += 1;
        if (failures === 1) throw new HttpStatusError(broken);
        return { kind: 'done' };
      },
    });

    await orphans.addStep('acme/bug', 0);
    await orphans.addStep('acme/flaky', 0);
    await untilDone(3);
    await until(
      'the end of all',
      async () => (await queue.getActiveCount()) + (await queue.getDelayedCount()) === 0,
      20_000,
    );

    expect(done.filter((path) => path === 'acme/flaky')).to.have.lengthOf(2);
    expect(done.filter((path) => path === 'acme/bug')).to.have.lengthOf(1);
    expect(await queue.getFailedCount()).to.equal(1);
  });

  it('begins nothing while a system is away, and uses no attempt', async () => {
    let isOpen = false;
    work({ isOpen: () => isOpen });
    await orphans.addStep('acme/a', 0);
    await until('the wait', async () => (await queue.getDelayedCount()) === 1);

    isOpen = true;
    await untilDone(1);

    expect(done).to.deep.equal(['acme/a']);
  });
});
