import { randomUUID } from 'node:crypto';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { createImage } from '../../support/image/image.ts';
import { isAlive, until } from '../../support/until.ts';
import { openBench as openPushHost } from '../doctor/bench.ts';
import { type DaemonBench, openDaemonBench, type Serving } from './bench.ts';

const Findings = z.array(z.object({ check: z.string(), result: z.string(), message: z.string() }));

describe('kpr serve', function () {
  this.timeout(60_000); // starts processes

  let bench: DaemonBench;

  beforeEach(async () => {
    bench = await openDaemonBench();
  });

  afterEach(() => bench.close());

  const messages = (daemon: Serving) => daemon.log().map(({ message }) => message);
  const countOf = (daemon: Serving, message: string) =>
    messages(daemon).filter((said) => said.startsWith(message)).length;

  it('brings a push to Katello, and tells about it', async () => {
    const daemon = bench.serve();
    await daemon.untilReady();
    await bench.lab.push('acme/api', '1', createImage({ seed: 'one' }));

    await until(
      'the push in Katello',
      async () => (await bench.lab.listed('acme/container_push/api')) !== null,
      20_000,
    );
    await until('the receipt', async () => (await bench.run('status', 'acme/api')).stdout.includes('done'), 20_000);
    const table = await bench.run('status');
    const plan = await bench.run('plan', 'acme/api');
    const missing = await bench.run('plan', 'acme/none');
    const again = await bench.run('reprocess', 'acme/api', '--wait', '-o', 'json');
    const metrics = await daemon.ask('/metrics');

    expect(table.stdout).to.match(/^ready \(all roles\) {2}redis embedded {2}policy full {2}lag \d+ s\nPATH +TAGS/);
    expect(table.stdout).to.match(/acme\/api +1 +done/);
    expect(plan.stdout).to.match(/^push version 1 → 1, Katello repository \d+\nnothing to do\n$/);
    expect(missing).to.include({ code: 3, stderr: 'error: not-found: nothing is pushed at acme/none\n' });
    expect(again.code).to.equal(0);
    expect(JSON.parse(again.stdout)).to.have.nested.property('pushes[0].state', 'done');
    expect(metrics?.body).to.match(/kpr_reconcile_total\{outcome="published"\} 1/);
    expect(metrics?.body).to.contain('kpr_lag_seconds 0');
  });

  it('is examined by the doctor, which changes nothing', async () => {
    const pushHost = await openPushHost();
    const env = { KPR_PUBLIC_URL: `http://${pushHost.host}` };
    const { code, stdout } = await bench.runWith(env, 'doctor');
    const whileAway = await bench.katello.close().then(() => bench.runWith(env, 'doctor', '-o', 'json'));
    await pushHost.close();

    expect(code).to.equal(0);
    expect(stdout)
      .to.match(/^ok +config /m)
      .and.match(/^ok +pulp +3\.\S+, pulp_container 2\./m);
    expect(stdout)
      .to.match(/^ok +redis +embedded, /m)
      .and.match(/^ok +orphan-cleanup /m);
    expect(stdout).to.not.contain('FAIL');
    expect(stdout.match(/^\w+ +[\w-]+/gm)?.map((line) => line.replace(/\s+/g, ' '))).to.deep.equal([
      'ok config',
      'ok state-dir',
      'ok redis',
      'warn keys',
      'ok clock',
      'ok pulp',
      'warn pulp-rights',
      'ok katello',
      'ok katello-rights',
      'ok organizations',
      'ok native-push',
      'ok orphan-cleanup',
      'warn registry',
      'ok web-server',
      'ok proxies',
    ]);
    expect(whileAway.code).to.equal(1);
    expect(Findings.parse(JSON.parse(whileAway.stdout)).filter(({ result }) => result === 'FAIL')).to.have.lengthOf(7);
    expect(await readdir(bench.stateDir)).to.deep.equal([]);
  });

  it('ends in good order, and its Redis with it', async () => {
    const daemon = bench.serve();
    await daemon.untilReady();

    const { code, stderr } = await daemon.stop();

    expect({ code, stderr }).to.deep.equal({ code: 0, stderr: '' });
    expect(daemon.log().at(-1)).to.deep.include({ message: 'stopped', left: [] });
    expect(await readdir(bench.stateDir)).to.have.members(['redis', 'token.key', 'token.pub']);
    expect(await readdir(`${bench.stateDir}/redis`)).to.deep.equal(['data']);
  });

  it('starts again at once after it was killed', async () => {
    const first = bench.serve();
    await first.untilReady();
    await first.stop('SIGKILL');

    const second = bench.serve();
    await second.untilReady();

    expect((await second.stop()).code).to.equal(0);
  });

  it('is the only one in its state directory', async () => {
    const first = bench.serve();
    await first.untilReady();

    const second = await bench.run('serve');

    expect(second.code).to.equal(2);
    expect(second.stderr).to.contain('only one may use a state directory');
    expect((await first.ask('/readyz'))?.status).to.equal(200);
  });

  it('stays up without Pulp and Katello, says why once, and goes on when they come', async () => {
    await bench.pulp.close();
    await bench.katello.close();
    const daemon = bench.serve();
    await until('both to be missed', () => countOf(daemon, 'system is away') === 2, 20_000);
    await until('the daemon to be started', () => countOf(daemon, 'started') === 1, 20_000);

    const readiness = await daemon.ask('/readyz');
    const status = await bench.run('status');
    await bench.pulp.open();
    await bench.katello.open();
    await daemon.untilReady();

    expect(readiness?.status).to.equal(503);
    expect(readiness?.body).to.contain('"reason":"pulp-down"').and.contain('"reason":"katello-down"');
    expect(status.stdout)
      .to.match(/^not ready \(all roles\)/)
      .and.contain('! katello: since 20');
    expect(countOf(daemon, 'system is away')).to.equal(2);
    expect(countOf(daemon, 'system answers again')).to.equal(2);
  });

  it('publishes what was pushed while Katello was away', async () => {
    const daemon = bench.serve();
    await daemon.untilReady();
    await bench.katello.close();
    await bench.lab.push('acme/api', '1', createImage({ seed: 'one' }));
    await until('Katello to be missed', () => countOf(daemon, 'system is away') === 1, 20_000);

    await bench.katello.open();

    await until(
      'the push in Katello',
      async () => (await bench.lab.listed('acme/container_push/api')) !== null,
      30_000,
    );
    expect(countOf(daemon, 'path failed')).to.equal(0);
  });

  it('waits while Katello refuses its account, and takes a new password from its file', async () => {
    const file = join(bench.stateDir, '..', `${randomUUID()}.password`);
    await writeFile(file, 'wrong');
    const daemon = bench.serve({ KPR_KATELLO_PASSWORD: '', KPR_KATELLO_PASSWORD_FILE: file });
    await bench.lab.push('acme/api', '1', createImage({ seed: 'one' }));
    await until('the refusal', () => countOf(daemon, 'system refuses our account') === 1, 20_000);
    await until('the start', () => countOf(daemon, 'started') === 1);
    const refused = await daemon.ask('/readyz');

    await writeFile(file, 'sandbox-kpr');
    await until(
      'the push in Katello',
      async () => (await bench.lab.listed('acme/container_push/api')) !== null,
      30_000,
    );
    await rm(file);

    expect(refused?.body).to.contain('"reason":"account-refused"');
    expect(countOf(daemon, 'path failed')).to.equal(0);
    expect(daemon.log().some((line) => JSON.stringify(line).includes('sandbox-kpr'))).to.equal(false);
  });

  it('goes on when its Redis is killed', async () => {
    const daemon = bench.serve();
    await daemon.untilReady();
    const servers = await redisPids(bench.stateDir);

    for (const pid of servers) process.kill(pid, 'SIGKILL');
    await until('another Redis', () => countOf(daemon, 'redis is back') === 1);
    await bench.lab.push('acme/api', '1', createImage({ seed: 'one' }));

    await until(
      'the push in Katello',
      async () => (await bench.lab.listed('acme/container_push/api')) !== null,
      30_000,
    );
    expect(servers.filter(isAlive)).to.deep.equal([]);
  });

  it('names everything that is wrong with its configuration', async () => {
    const daemon = bench.serve({ KPR_POLICY: 'odd', KPR_CONCURRENCY: '0', KPR_TYPO: '1' });

    const { code, stderr } = await daemon.stop('SIGCONT');

    expect(code).to.equal(2);
    expect(stderr.match(/^error: configuration: KPR_/gm)).to.have.lengthOf(3);
  });

  it('asks an idle Pulp at most every two seconds', async () => {
    const daemon = bench.serve();
    await daemon.untilReady();
    await until('the first comparison', () => countOf(daemon, 'compared all push repositories') === 1);
    await until('the first look', () => bench.lab.fakePulp.requests.at(-1)?.url.includes('/tasks/'));
    const start = { at: Date.now(), count: bench.lab.fakePulp.requests.length };

    await until('three looks', () => bench.lab.fakePulp.requests.length >= start.count + 3, 20_000);

    expect(Date.now() - start.at).to.be.greaterThan(5000);
  });
});

describe('kpr serve, on a Katello that deletes push repositories', function () {
  this.timeout(60_000); // starts processes

  let bench: DaemonBench;

  beforeEach(async () => {
    bench = await openDaemonBench({ katelloVersion: '4.19.2' });
  });

  afterEach(() => bench.close());

  it('refuses to start, and says what to do', async () => {
    const { code, stderr } = await bench.serve().stop('SIGCONT');

    expect(code).to.equal(2);
    expect(stderr).to.contain('Katello 4.19.2 deletes push repositories weekly. Upgrade to 4.21.');
  });

  it('starts when a person accepts that', async () => {
    await bench.serve({ KPR_ACCEPT_CLEANUP: 'true' }).untilReady();
  });

  it('ends when such a Katello comes later', async () => {
    await bench.katello.close();
    const daemon = bench.serve();
    await until('the start', () => daemon.log().some(({ message }) => message === 'started'), 20_000);

    await bench.katello.open();

    expect((await daemon.stop('SIGCONT')).code).to.equal(2);
  });
});

async function redisPids(stateDir: string): Promise<number[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name));
  const found: number[] = [];
  for (const pid of pids) {
    const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
    if (/^\S*(redis|valkey)-server/.test(command) && command.includes(stateDir)) found.push(Number(pid));
  }
  return found;
}
