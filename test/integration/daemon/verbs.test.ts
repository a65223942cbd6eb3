import { once } from 'node:events';
import { createServer, request, type Server } from 'node:http';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { OPERATIONS } from '../../../lib/web/operations.ts';
import { createImage } from '../../support/image/image.ts';
import { until } from '../../support/until.ts';
import { type DaemonBench, openDaemonBench, type Serving } from './bench.ts';

const PATH = 'acme/web/api';
const [older, newer] = [createImage({ seed: 'older' }), createImage({ seed: 'newer' })];
const digestOf = ({ manifest }: { manifest: { digest: string } }) => manifest.digest;
const Points = z.looseObject({ points: z.array(z.looseObject({ topic: z.string(), message: z.string() })) });

describe('kpr, on a daemon', function () {
  this.timeout(60_000); // starts processes

  let bench: DaemonBench;
  let daemon: Serving;

  beforeEach(async () => {
    bench = await openDaemonBench();
    daemon = bench.serve();
    await daemon.untilReady();
  });

  afterEach(() => bench.close());

  const next = async () => {
    const { stdout } = await bench.run('explain', PATH, '-o', 'json');
    return Points.parse(JSON.parse(stdout)).points.find(({ topic }) => topic === 'next')?.message;
  };

  it('waits for a push, rolls it back, and explains it', async () => {
    const waiting = bench.run('wait', `${PATH}:1`, '--timeout', '40');
    await bench.lab.push(PATH, '1', older);
    const waited = await waiting;
    expect(waited).to.include({ code: 0, stdout: `${PATH}:1@${digestOf(older)} is served by Katello\n` });
    await bench.lab.push(PATH, '1', newer);
    expect((await bench.run('wait', `${PATH}:1@${digestOf(newer)}`)).code).to.equal(0);

    const order = ['rollback', `push.example.com/${PATH}:1`, '--to', digestOf(older), '--reason', 'it is slow'];
    const dry = await bench.run(...order, '--dry-run');
    const unasked = await bench.run(...order);
    const done = await bench.run(...order, '--yes');
    const back = await bench.run('wait', `${PATH}:1@${digestOf(older)}`, '--timeout', '40');
    await until('the receipt', async () => (await bench.run('status', PATH)).stdout.includes('done'));
    const status = await bench.run('status', PATH);

    expect(dry.stdout).to.match(/^~ acme\/web\/api:1 {2}sha256:.+ → sha256:.+\ndry run: nothing was changed\n$/);
    expect(unasked).to.include({ code: 2 });
    expect(done.stdout).to.contain('push version 3');
    expect(back.code).to.equal(0);
    expect(await bench.lab.listed('acme/web/api')).to.deep.equal({ 1: digestOf(older) });
    expect(status.stdout).to.contain('(rollback: it is slow)');
    expect(await next()).to.equal('nothing to do: Katello shows what was pushed');
  });

  it('pauses, drains and resumes a queue, and says so wherever a push waits for it', async () => {
    expect((await bench.run('queue', 'pause', 'reconcile')).stdout).to.equal('pause   reconcile\n');
    await bench.lab.push(PATH, '1', older);
    await until('the job', async () => (await bench.run('queue', 'stats')).stdout.match(/^reconcile +1 /m));

    const timedOut = await bench.run('wait', `${PATH}:1`, '--timeout', '0');
    const paused = await next();
    const dry = await bench.run('queue', 'drain', 'reconcile', '--dry-run');
    const drained = await bench.run('queue', 'drain', 'reconcile', '--yes');
    await bench.run('queue', 'resume');
    await bench.run('reprocess', PATH, '--wait');

    expect(timedOut.stderr).to.contain('queue-paused: by');
    expect(paused).to.contain('the queue reconcile is paused');
    expect(dry.stdout).to.equal('drain   reconcile  1 waiting jobs\ndry run: nothing was changed\n');
    expect(drained.stdout).to.equal('drain   reconcile  1 waiting jobs\n');
    expect((await bench.run('wait', `${PATH}:1`)).code).to.equal(0);
  });

  it('answers every read as its document says', async () => {
    await bench.lab.push(PATH, '1', older);
    await bench.run('wait', PATH, '--timeout', '40');

    for (const { path, answer, method } of OPERATIONS.filter((operation) => operation.method === 'GET')) {
      const query = { plan: `path=${PATH}`, explain: `path=${PATH}`, wait: `ref=${PATH}&timeoutSeconds=0` }[path] ?? '';
      if (path.includes(':')) continue;
      const told = await ask(method, `/api/v1/${path}?${query}`);
      expect(answer.parse(told), path).to.deep.equal(told);
    }
  });

  const ask = (method: string, path: string): Promise<unknown> =>
    new Promise((resolve, reject) => {
      request({ socketPath: join(bench.stateDir, 'api.sock'), method, path }, (answer) => {
        resolve(answer.toArray().then((chunks): unknown => JSON.parse(chunks.join(''))));
      })
        .on('error', reject)
        .end();
    });

  describe('exits', () => {
    it('0 when it is done', async () => {
      expect((await bench.run('status')).code).to.equal(0);
    });

    it('1 when something failed', async () => {
      const { code, stderr } = await bench.runWith({ KPR_KATELLO_URL: 'http://127.0.0.1:1' }, 'doctor');

      expect({ code, stderr }).to.deep.include({ code: 1 });
      expect(stderr).to.match(/^error: doctor: \d+ of \d+ checks failed$/m);
    });

    it('2 for a misuse, and for a configuration that is none', async () => {
      expect((await bench.run('status', '--state', 'odd')).code).to.equal(2);
      expect((await bench.run('wait', PATH, '--timeout', 'soon')).code).to.equal(2);
      expect((await bench.run('explain', 'no path')).code).to.equal(2);
      expect((await bench.runWith({ KPR_POLICY: 'odd' }, 'config', 'validate')).code).to.equal(2);
    });

    it('3 when there is nothing', async () => {
      expect((await bench.run('plan', 'acme/none')).code).to.equal(3);
      expect((await bench.run('rollback', 'acme/none:1', '--to', digestOf(older), '--yes')).code).to.equal(3);
      expect((await bench.run('queue', 'pause', 'canary')).code).to.equal(3);
      expect((await bench.run('queue', 'retry', PATH)).code).to.equal(3);
      expect((await bench.run('wait', PATH, '--proxy', 'nobody')).code).to.equal(3);
    });

    it('4 when a rule says no', async () => {
      await bench.lab.push('nobody/api', '1', older);

      const { code, stderr } = await bench.run('wait', 'nobody/api:1', '--timeout', '40');

      expect(code).to.equal(4);
      expect(stderr).to.contain(
        'error: unknown-organization: nobody/api: no organization nobody\nhint: check its label\n',
      );
    });

    it('5 when no daemon answers', async () => {
      await daemon.stop();

      expect((await bench.run('wait', PATH)).code).to.equal(5);
    });

    it('124 when what it waits for does not come', async () => {
      const { code, stderr } = await bench.run('wait', `${PATH}:1`, '--timeout', '0.2');

      expect(code).to.equal(124);
      expect(stderr).to.contain(
        `error: timed-out: ${PATH}:1 is not pushed yet, after 0.2 s\nhint: kpr explain ${PATH}\n`,
      );
    });

    it('130 when it is interrupted', async () => {
      const { process: child, end } = bench.begin('wait', `${PATH}:1`);
      await once(child.stderr, 'data'); // it waits

      child.kill('SIGINT');

      expect((await end).code).to.equal(130);
    });
  });

  it('reaches a daemon elsewhere with a login, which its own socket does not want', async () => {
    const seen: (string | undefined)[] = [];
    const elsewhere: Server = createServer((incoming, answer) => {
      seen.push(incoming.headers.authorization);
      const { method, url: path } = incoming;
      const onward = request({ socketPath: join(bench.stateDir, 'api.sock'), method, path }, (reply) => {
        answer.writeHead(reply.statusCode ?? 0);
        reply.pipe(answer);
      });
      incoming.pipe(onward);
    }).listen(0, '127.0.0.1');
    await once(elsewhere, 'listening');
    const address = elsewhere.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`;
    await bench.lab.push(PATH, '1', older);

    const env = { KPR_URL: url, KPR_LOGIN: 'ci', KPR_PASSWORD: 'not-a-secret' };
    const { code } = await bench.runBare(env, 'wait', `${PATH}:1`, '--timeout', '40').finally(() => {
      elsewhere.closeAllConnections();
      elsewhere.close();
    });

    expect(code).to.equal(0);
    expect(seen[0]).to.equal(`Basic ${Buffer.from('ci:not-a-secret').toString('base64')}`);
  });
});
