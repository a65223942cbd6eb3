import { expect } from 'chai';
import { EXIT } from '../../../lib/cli/exit.ts';
import { changeQueueVerb, retryVerb, showQueuesVerb } from '../../../lib/cli/queue.ts';
import { answering, collect, failureOf, PLAIN } from './bench.ts';

const queues = {
  items: [
    { queue: 'reconcile', states: { waiting: 3, active: 1 }, oldestSeconds: 40, isPaused: true, pausedBy: 'alice' },
    { queue: 'proxies', states: { failed: 1 }, oldestSeconds: 0, isPaused: false, pausedBy: null },
  ],
  next: null,
};
const changed = { queue: 'reconcile', action: 'drain', isPaused: false, jobs: 3, paths: [], dryRun: false };

describe('kpr queue', () => {
  it('shows what the queues hold, and who paused one', async () => {
    const { io, written } = collect();

    await showQueuesVerb(io, answering(queues).api, PLAIN);

    const [head, reconcile, proxies] = written().stdout.split('\n');
    expect(head).to.match(/^QUEUE +WAITING +ACTIVE +DELAYED +FAILED +OLDEST +NOTE$/);
    expect(reconcile).to.match(/^reconcile +3 +1 +0 +0 +40s +queue-paus/);
    expect(proxies).to.match(/^proxies +0 +0 +0 +1$/);
  });

  it('pauses one queue, or all', async () => {
    const one = answering(changed);
    const all = answering(queues, changed);

    await changeQueueVerb(collect().io, one.api, 'pause', 'reconcile', PLAIN);
    await changeQueueVerb(collect().io, all.api, 'pause', undefined, PLAIN);

    expect(one.asked).to.deep.equal([['queues/reconcile/pause', { dryRun: false }]]);
    expect(all.asked.map(([path]) => path)).to.deep.equal(['queues', 'queues/reconcile/pause', 'queues/proxies/pause']);
  });

  it('drops jobs only after a yes, which names how many', async () => {
    const { api, asked } = answering(changed);

    const failure = await failureOf(changeQueueVerb(collect().io, api, 'drain', 'reconcile', PLAIN));
    await changeQueueVerb(collect().io, api, 'drain', 'reconcile', { ...PLAIN, yes: true });

    expect(failure.message).to.equal('3 waiting jobs of reconcile will be dropped.');
    expect(asked.map(([, body]) => body)).to.deep.equal([{ dryRun: true }, { dryRun: true }, { dryRun: false }]);
  });

  it('drops nothing in a dry run, and says so last', async () => {
    const { io, written } = collect();
    const { api, asked } = answering(changed);

    await changeQueueVerb(io, api, 'drain', 'reconcile', { ...PLAIN, dryRun: true });

    expect(asked.every(([, body]) => 'dryRun' in body && body.dryRun === true)).to.equal(true);
    expect(written().stdout).to.equal('drain   reconcile  3 waiting jobs\ndry run: nothing was changed\n');
  });

  it('retries named paths, or all that failed', async () => {
    const { io, written } = collect();
    const named = answering({ ...changed, jobs: 1, paths: ['acme/api'] });
    const failed = answering(queues, changed);

    await retryVerb(io, named.api, ['acme/api'], PLAIN);
    await retryVerb(collect().io, failed.api, [], { ...PLAIN, failed: true });

    expect(named.asked).to.deep.equal([['queues/reconcile/retry', { paths: ['acme/api'], dryRun: false }]]);
    expect(written().stdout).to.equal('retry   acme/api\n');
    expect(failed.asked.slice(1)).to.deep.equal([
      ['queues/reconcile/retry', { failed: true, dryRun: false }],
      ['queues/proxies/retry', { failed: true, dryRun: false }],
    ]);
  });

  it('retries paths, or all that failed, not both and not neither', async () => {
    for (const [paths, failed] of [
      [[], false],
      [['acme/api'], true],
    ] as const) {
      const failure = await failureOf(retryVerb(collect().io, answering(changed).api, paths, { ...PLAIN, failed }));
      expect(failure.exitCode).to.equal(EXIT.usage);
    }
  });

  it('answers one queue as the API does, several as a list', async () => {
    const [one, all] = [collect(), collect()];
    const json = { ...PLAIN, output: 'json' } as const;

    await changeQueueVerb(one.io, answering(changed).api, 'resume', 'reconcile', json);
    await changeQueueVerb(all.io, answering(queues, changed).api, 'resume', undefined, json);

    expect(JSON.parse(one.written().stdout)).to.deep.equal(changed);
    expect(JSON.parse(all.written().stdout)).to.deep.equal({ items: [changed, changed] });
  });
});
