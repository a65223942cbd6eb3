import { lstat, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { createImage } from '../../support/image/image.ts';
import { basic, claimsOf, read, type Told } from '../../support/told.ts';
import { until } from '../../support/until.ts';
import { type DaemonBench, openDaemonBench, type Serving } from './bench.ts';

const Listening = z.looseObject({ message: z.literal('listening'), what: z.literal('front'), address: z.string() });
const Receipt = z.looseObject({ version: z.number(), state: z.string(), user: z.string().nullable() });

/** Nothing is found by looking alone while a test runs. */
const HOURS = '300';
const SERVICE = 'push.example.com';

describe('kpr serve as the front', function () {
  this.timeout(60_000); // starts processes

  let bench: DaemonBench;
  let daemon: Serving;

  before(async () => {
    bench = await openDaemonBench();
    daemon = bench.serve({
      KPR_PUBLIC_URL: 'https://push.example.com',
      KPR_POLL_IDLE_SECONDS: HOURS,
      KPR_LOG_LEVEL: 'debug',
    });
    await daemon.untilReady();
  });

  after(() => bench.close());

  const said = (message: string) => daemon.log().filter((line) => line.message === message);
  const listening = (of: Serving) => of.log().flatMap((line) => Listening.safeParse(line).data ?? [])[0];
  const urlOf = (of: Serving) => `http://${listening(of)?.address}`;
  const url = () => urlOf(daemon);
  const ask = (login: string, path: string, password?: string) => askAt(daemon, login, path, password);
  const askAt = async (at: Serving, login: string, path: string, password = `sandbox-${login}`): Promise<Told> => {
    const query = new URLSearchParams({ service: SERVICE, scope: `repository:${path}:pull,push` });
    const headers = { authorization: basic(login, password) };
    const answer = await fetch(`${urlOf(at)}/token?${query.toString()}`, { headers });
    return read(answer.status, await answer.text());
  };
  const receiptOf = async (path: string, version: number) => {
    const { code, stdout } = await bench.run('status', path, '-o', 'json');
    const receipt = code === 0 ? Receipt.parse(JSON.parse(stdout)) : null;
    return receipt?.version === version && receipt.state === 'done' ? receipt : null;
  };

  it('gives who may push a token that Pulp takes', async () => {
    const told = await ask('dev', 'acme/web/api');

    expect(told.access).to.deep.equal(['kpr.push/acme/web/api:pull,push']);
    expect(claimsOf(told.token)).to.include({ iss: 'https://push.example.com/token', aud: SERVICE, sub: '' });
    expect(said('push granted').at(-1)).to.deep.include({ login: 'dev', paths: ['acme/web/api'] });
  });

  it('refuses who may not, and goes on working: a wrong password is no trouble of ours', async () => {
    const viewer = await ask('viewer', 'acme/web/api');
    const stranger = await ask('stranger', 'acme/web/api', 'a wrong password');
    const readiness = await daemon.ask('/readyz');

    expect([viewer.status, viewer.reason]).to.deep.equal([401, 'permission-missing']);
    expect([stranger.status, stranger.reason]).to.deep.equal([401, 'bad-credentials']);
    expect(readiness?.status).to.equal(200);
    expect(said('push refused').at(-1)).to.deep.include({ reason: 'permission-missing', login: 'viewer' });
    expect(said('system refuses our account: check password and rights, work waits')).to.deep.equal([]);
  });

  it('looks for a push soon after its token, and tells who pushed', async () => {
    await until('the first comparison', () => said('compared all push repositories').length === 1);

    await ask('dev', 'acme/one');
    await bench.lab.push('acme/one', '1', createImage({ seed: 'one' }));
    const first = await until('the first push', () => receiptOf('acme/one', 1), 30_000);
    await ask('admin', 'acme/one');
    await bench.lab.push('acme/one', '2', createImage({ seed: 'two' }));
    await bench.run('reprocess', 'acme/one', '--wait');
    const second = await receiptOf('acme/one', 2);

    expect([first.user, second?.user]).to.deep.equal(['dev', 'admin']);
  });

  it('wakes the detector of another daemon', async () => {
    const stateDir = join(bench.stateDir, 'another');
    const another = bench.serve({
      KPR_STATE_DIR: stateDir,
      KPR_ROLES: 'front',
      KPR_PUBLIC_URL: 'https://push.example.com',
      KPR_METRICS_LISTEN: `unix:${stateDir}/health.sock`,
      REDIS_URL: `unix:${bench.stateDir}/redis/redis.sock`,
    });
    await until('another front', () => listening(another), 20_000);
    const hints = said('hint of a push').length;

    await askAt(another, 'dev', 'acme/two');

    await until('the hint', () => said('hint of a push').length === hints + 1);
    expect(said('hint of a push').at(-1)).to.deep.include({ component: 'detector', path: 'acme/two' });
    expect((await another.stop()).code).to.equal(0);
    await rm(stateDir, { recursive: true });
  });

  it('counts what it answers and what it asks as a person', async () => {
    const metrics = (await daemon.ask('/metrics'))?.body;

    expect(metrics)
      .to.match(/^kpr_tokens_total\{outcome="granted"\} [1-9]/m)
      .and.match(/^kpr_tokens_total\{outcome="refused"\} 2$/m)
      .and.match(/^kpr_hints_total\{source="token"\} [1-9]/m)
      .and.match(/^kpr_upstream_requests_total\{system="katello",status="4xx"\} [1-9]/m);
  });

  it('is a signpost at /v2/, whatever is sent there', async () => {
    const answer = await fetch(`${url()}/v2/acme/api/blobs/uploads/`, { method: 'POST', body: 'x'.repeat(200_000) });

    expect(answer.status).to.equal(401);
    expect(answer.headers.get('www-authenticate')).to.contain('realm="https://push.example.com/token"');
  });

  it('has the dashboard and its API beside, for who signs in', async () => {
    const [page, nobody, viewer] = await Promise.all([
      fetch(`${url()}/queues`),
      fetch(`${url()}/api/v1/pushes`),
      fetch(`${url()}/api/v1/pushes`, { headers: { authorization: basic('viewer', 'sandbox-viewer') } }),
    ]);

    expect([page.status, nobody.status, viewer.status]).to.deep.equal([401, 401, 200]);
    expect(await page.text()).to.contain('Sign in');
  });

  it('writes neither passwords nor tokens into its log', async () => {
    const { token } = await ask('dev', 'acme/web/api');

    const log = JSON.stringify(daemon.log());
    expect([token, 'sandbox-dev', 'a wrong password'].filter((secret) => log.includes(secret))).to.deep.equal([]);
  });

  it('keeps everything for itself but the public key, and lets nobody look around', async () => {
    const open: string[] = [];
    for (const name of await readdir(bench.stateDir, { recursive: true })) {
      const { mode } = await lstat(join(bench.stateDir, name));
      if ((mode & 0o077) !== 0) open.push(`${name} ${(mode & 0o777).toString(8)}`);
    }

    expect((await lstat(bench.stateDir)).mode & 0o777).to.equal(0o711);
    expect(open).to.deep.equal(['token.pub 644']);
  });
});
