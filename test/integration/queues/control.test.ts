import { expect } from 'chai';
import { createQueueApi, inspectQueues } from '../../../lib/app/queueing.ts';
import { InvariantError } from '../../../lib/errors.ts';
import { openTestRedis, type TestRedis } from '../../support/state.ts';
import { until } from '../../support/until.ts';
import { type Bench, done, openBench } from './bench.ts';

describe('queues, as a person steers them', function () {
  this.timeout(20_000); // starts a server

  let redis: TestRedis;
  let bench: Bench;
  let failing: Set<string>;

  before(async () => {
    redis = await openTestRedis();
  });

  after(() => redis.close());

  beforeEach(() => {
    failing = new Set();
    bench = openBench(redis, async (path) => {
      if (failing.has(path)) throw new InvariantError('broken');
      return done;
    });
  });

  afterEach(() => bench.close());

  const api = () => createQueueApi(() => bench);
  const change = (action: 'pause' | 'resume' | 'drain' | 'retry', dryRun = false) =>
    api().change({ queue: 'reconcile', action, login: 'alice', dryRun });
  const find = async () => (await inspectQueues(bench)).find(({ queue }) => queue === 'reconcile');
  const fail = async (...paths: string[]) => {
    for (const path of paths) failing.add(path);
    for (const path of paths) await bench.queues.add(path);
    await until('the failures', async () => (await api().listFailedPaths()).length === paths.length);
    failing.clear();
  };

  it('begin nothing while they are paused, and tell by whom', async () => {
    bench.worker.start();

    expect(await change('pause')).to.deep.equal({ isPaused: true, jobs: 0 });
    await bench.queues.add('acme/api');

    expect(await find()).to.deep.include({ isPaused: true, pausedBy: 'alice' });
    expect(await bench.queues.findState('acme/api')).to.equal('waiting');
    expect(await change('resume')).to.deep.equal({ isPaused: false, jobs: 0 });
    await bench.untilRuns(1);
    expect(await find()).to.deep.include({ isPaused: false, pausedBy: null });
  });

  it('drop what waits when they are drained, and take it again later', async () => {
    await bench.queues.add('acme/api');
    await bench.queues.add('acme/other');

    expect(await change('drain')).to.include({ jobs: 2 });

    expect(await bench.queues.findState('acme/api')).to.equal(null);
    await bench.queues.add('acme/api');
    bench.worker.start();
    await bench.untilRuns(1);
    await bench.untilIdle();
    expect(bench.runs).to.deep.equal(['acme/api']);
  });

  it('run again what failed, once', async () => {
    bench.worker.start();
    await fail('acme/a', 'acme/b');

    expect(await change('retry')).to.include({ jobs: 2 });

    await bench.untilRuns(4);
    await bench.untilIdle();
    expect(bench.runs.slice(2)).to.have.members(['acme/a', 'acme/b']);
    expect(await api().listFailedPaths()).to.deep.equal([]);
  });

  it('run again one path that failed', async () => {
    bench.worker.start();
    await fail('acme/a', 'acme/b');

    await api().retry('acme/a');

    await bench.untilRuns(3);
    await bench.untilIdle();
    expect(bench.runs[2]).to.equal('acme/a');
    expect(await api().listFailedPaths()).to.deep.equal(['acme/b']);
  });

  it('stay as they are in a dry run', async () => {
    await bench.queues.add('acme/api');

    expect(await change('pause', true)).to.deep.equal({ isPaused: false, jobs: 0 });
    expect(await change('drain', true)).to.deep.equal({ isPaused: false, jobs: 1 });

    expect(await bench.queues.findState('acme/api')).to.equal('waiting');
  });
});
