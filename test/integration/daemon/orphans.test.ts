import { expect } from 'chai';
import { z } from 'zod';
import { createImage } from '../../support/image/image.ts';
import { until } from '../../support/until.ts';
import { type DaemonBench, type Ended, openDaemonBench, type Serving } from './bench.ts';

const PATH = 'acme/web/api';
const NAME = `kpr.push/${PATH}`;
const List = z.looseObject({ items: z.array(z.looseObject({ path: z.string(), state: z.string() })) });
const ADMINISTRATOR = `Basic ${Buffer.from('admin:sandbox-admin').toString('base64')}`;

describe('kpr orphans', function () {
  this.timeout(60_000); // starts processes

  let bench: DaemonBench;
  let daemon: Serving;

  beforeEach(async () => {
    bench = await openDaemonBench();
    daemon = bench.serve({ KPR_TOKEN_SECONDS: '60', KPR_TOKEN_CACHE_SECONDS: '0' });
    await daemon.untilReady();
    await bench.lab.push(PATH, '1', createImage({ seed: 'one' }));
    await until('the push in Katello', async () => (await bench.run('status', PATH)).stdout.includes('done'), 20_000);
  });

  afterEach(() => bench.close());

  const listOrphans = async () =>
    List.parse(JSON.parse((await bench.run('orphans', 'list', '-o', 'json')).stdout)).items;
  const labels = () =>
    [...bench.lab.fakePulp.state.distributions.values()].find(({ name }) => name === NAME)?.labels ?? {};
  const lines = ({ stdout }: Ended) => stdout.split('\n').filter((line) => line !== '');

  async function deleteInKatello(): Promise<void> {
    const [row] = await bench.lab.katello.listAllRepositories();
    const url = `${bench.lab.standIn.url}/katello/api/v2/repositories/${row?.id}`;
    const { status } = await fetch(url, { method: 'DELETE', headers: { authorization: ADMINISTRATOR } });
    expect(status).to.equal(200);
  }
  /** A push makes the reconcile meet the deletion; its quarantine then lies in the past. */
  async function passQuarantine(): Promise<void> {
    await bench.run('reprocess', PATH);
    await until('the quarantine', () => 'kpr_quarantine' in labels(), 20_000);
    labels()['kpr_quarantine'] = new Date(Date.now() - 48 * 3_600_000).toISOString();
  }

  it('are none at first', async () => {
    expect((await bench.run('orphans', 'list')).stdout).to.equal('no orphan\n');
    expect(await bench.run('orphans', 'delete', PATH, '--yes')).to.include({
      code: 3,
      stderr: `error: not-found: ${PATH} is no orphan\nhint: kpr orphans list\n`,
    });
    expect((await bench.run('orphans', 'delete', '--all', '--yes')).stdout).to.equal('no orphan to delete\n');
  });

  it('are listed, in quarantine, from the first run that misses the Katello repository', async () => {
    await deleteInKatello();
    await bench.run('reprocess', PATH);
    await until('the quarantine', () => 'kpr_quarantine' in labels(), 20_000);

    const { stdout } = await bench.run('orphans', 'list');
    const refused = await bench.run('orphans', 'delete', PATH, '--yes');

    expect(stdout).to.match(/^PATH +VERSION +STATE +UNTIL +TASK\nacme\/web\/api +1 +quarantined +20/);
    expect(refused.code).to.equal(4);
    expect(refused.stderr).to.match(/^error: quarantined: acme\/web\/api: until 20.+Z\n$/);
    expect(daemon.log().map(({ message }) => message)).to.contain('orphan found');
  });

  it('are told by a dry run as the run then tells them, and are closed to pushes', async () => {
    await deleteInKatello();
    await passQuarantine();
    const unasked = await bench.run('orphans', 'delete', '--all');
    const dry = await bench.run('orphans', 'delete', '--all', '--dry-run');
    expect(labels()).to.not.have.property('kpr_closing');

    const real = await bench.run('orphans', 'delete', '--all', '--yes');

    expect(unasked.code).to.equal(2);
    expect(lines(dry)).to.deep.equal([...lines(real), 'dry run: nothing was changed']);
    expect(lines(real)).to.deep.equal([`delete  ${PATH}  version 1, was Katello repository 1, in 3 minutes`]);
    expect(labels()['kpr_closing']).to.match(/^1 \S+ 1 20\S+Z person$/);
    expect((await listOrphans())[0]).to.include({ state: 'closing', order: 'person' });
  });

  it('are deleted once no token can be alive, which metrics tell', async () => {
    await deleteInKatello();
    await passQuarantine();
    await bench.run('orphans', 'delete', PATH, '--yes');
    labels()['kpr_closing'] =
      labels()['kpr_closing']?.replace(/20\S+Z/, new Date(Date.now() - 600_000).toISOString()) ?? '';
    await daemon.stop('SIGKILL'); // whatever it was about to do
    const next = bench.serve({ KPR_TOKEN_SECONDS: '60', KPR_TOKEN_CACHE_SECONDS: '0' });
    await next.untilReady();

    const isGone = () => ![...bench.lab.fakePulp.state.distributions.values()].some(({ name }) => name === NAME);
    await until('the deletion', isGone, 20_000);
    await until('the line', () => next.log().some(({ message }) => message === 'orphan deleted'), 10_000);
    const metrics = await next.ask('/metrics');

    expect(metrics?.body).to.match(/kpr_orphans_deleted_total 1/);
    expect(metrics?.body).to.match(/kpr_orphans\{state="closing"\} \d/);
    expect([...bench.lab.fakePulp.state.repositories.values()]).to.deep.equal([]);
  });

  it('are published again where a person keeps them', async () => {
    await deleteInKatello();
    await bench.run('reprocess', PATH);
    await until('the quarantine', () => 'kpr_quarantine' in labels(), 20_000);

    const kept = await bench.run('orphans', 'keep', PATH);

    expect(kept).to.include({ code: 0, stdout: `keep    ${PATH}  version 1, is published again\n` });
    await until('the image in Katello', async () => (await bench.lab.listed(PATH)) !== null, 20_000);
    await until('the claim', () => 'kpr_claim' in labels(), 20_000);
    expect(labels()).to.include.keys('kpr_repository').and.not.include.keys('kpr_quarantine');
    expect((await bench.run('orphans', 'list')).stdout).to.equal('no orphan\n');
  });
});
