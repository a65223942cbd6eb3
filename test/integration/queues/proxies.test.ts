/** The queue of smart proxies on a real Redis, with looks that the test decides. */
import { randomUUID } from 'node:crypto';
import { expect } from 'chai';
import { AuthError, TransportError } from '../../../lib/errors.ts';
import type { JobEnd } from '../../../queues/path-queue.ts';
import { createProxyQueue, createProxyWorker, type ProxyQueue } from '../../../queues/proxies.ts';
import { createQueues, type Queues } from '../../../queues/queues.ts';
import { openTestRedis, silentLog, type TestRedis } from '../../support/state.ts';
import { until } from '../../support/until.ts';

const HOUR_MS = 3_600_000;
const done: JobEnd = { kind: 'done' };
const refusal = {
  system: 'katello',
  method: 'GET',
  url: '/',
  status: 401,
  detail: '',
  retryAfterSeconds: null,
} as const;

interface Bench {
  readonly queue: ProxyQueue;
  /** paths in the order of their looks */
  readonly looks: string[];
  readonly sweeps: number[];
  start(): void;
  untilLooks(count: number): Promise<unknown>;
  counts(): Promise<Readonly<Record<string, number>>>;
  close(): Promise<void>;
}

describe('the queue of smart proxies', function () {
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

  function benchOf(look: (path: string, nth: number) => Promise<JobEnd>, isUp = async () => true): Bench {
    const options = { prefix: `{${randomUUID()}}`, skipVersionCheck: false };
    const queues: Queues = createQueues({ connection: redis.client, ...options });
    const named = queues.all.find(({ name }) => name === 'proxies');
    if (!named) throw new Error('there is no queue called proxies');
    const looks: string[] = [];
    const sweeps: number[] = [];
    const worker = createProxyWorker({
      connection: redis.connect(),
      ...options,
      look: async (path) => {
        looks.push(path);
        return look(path, looks.length);
      },
      sweep: async () => void sweeps.push(sweeps.length),
      check: isUp,
      isOpen: () => true,
      log: silentLog,
    });
    const bench: Bench = {
      queue: createProxyQueue(named),
      looks,
      sweeps,
      start: () => worker.start(),
      untilLooks: (count) => until(`${count} looks`, () => looks.length >= count, 15_000),
      counts: () => named.getJobCounts('waiting', 'active', 'delayed', 'failed'),
      close: async () => {
        await worker.close(5000);
        await queues.close();
      },
    };
    open.push(bench);
    return bench;
  }
  const untilIdle = (bench: Bench) =>
    until('an idle queue', async () => Object.values(await bench.counts()).every((count) => count === 0), 15_000);

  it('comes to one look, however often a path is published meanwhile', async () => {
    const bench = benchOf(async () => done);
    for (let publish = 0; publish < 50; publish++) await bench.queue.lookWithin('acme/api', 300);
    bench.start();

    await bench.untilLooks(1);
    await untilIdle(bench);

    expect(bench.looks).to.deep.equal(['acme/api']);
  });

  it('goes on with others while a path waits for its proxy', async () => {
    const bench = benchOf(async (path) => (path === 'acme/down' ? { kind: 'again', afterMs: HOUR_MS } : done));
    bench.start();
    await bench.queue.add('acme/down');
    await bench.untilLooks(1);

    for (const path of ['acme/a', 'acme/b', 'acme/c']) await bench.queue.add(path);
    await bench.untilLooks(4);

    expect(bench.looks).to.have.members(['acme/down', 'acme/a', 'acme/b', 'acme/c']);
    await until('one that waits', async () => (await bench.counts())['delayed'] === 1);
  });

  it('looks soon at a path that waits for long, once it is published again', async () => {
    const bench = benchOf(async (_, nth) => (nth === 1 ? { kind: 'again', afterMs: HOUR_MS } : done));
    bench.start();
    await bench.queue.add('acme/api');
    await until('one that waits', async () => (await bench.counts())['delayed'] === 1);

    await bench.queue.add('acme/api');
    expect(await bench.counts()).to.include({ delayed: 1, waiting: 0 });
    await bench.queue.lookWithin('acme/api', 50);
    await bench.untilLooks(2);
    await untilIdle(bench);

    expect(bench.looks).to.have.lengthOf(2);
  });

  it('looks at once at a path that a person asks for', async () => {
    const bench = benchOf(async (_, nth) => (nth === 1 ? { kind: 'again', afterMs: HOUR_MS } : done));
    bench.start();
    await bench.queue.add('acme/api');
    await until('one that waits', async () => (await bench.counts())['delayed'] === 1);

    await bench.queue.lookWithin('acme/api', 0);

    await bench.untilLooks(2);
  });

  it('uses no attempt while Katello refuses the account', async () => {
    const bench = benchOf(
      async () => {
        throw new AuthError(refusal);
      },
      async () => false,
    );
    bench.start();
    await bench.queue.add('acme/api');

    await until('one that waits', async () => (await bench.counts())['delayed'] === 1);

    expect(await bench.counts()).to.include({ failed: 0 });
  });

  it('tries again what had no answer', async () => {
    const bench = benchOf(async (_, nth) => {
      if (nth === 1) throw new TransportError('katello', 'no answer');
      return done;
    });
    bench.start();
    await bench.queue.add('acme/api');

    await bench.untilLooks(2);
  });

  it('sweeps once, however often that is asked for', async () => {
    const bench = benchOf(async () => done);
    for (let i = 0; i < 3; i++) await bench.queue.addSweep();
    bench.start();

    await until('a sweep', () => bench.sweeps.length > 0);
    await untilIdle(bench);

    expect(bench.sweeps).to.have.lengthOf(1);
  });
});
