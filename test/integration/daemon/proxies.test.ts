import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { createImage } from '../../support/image/image.ts';
import { until } from '../../support/until.ts';
import { type DaemonBench, openDaemonBench, type Serving } from './bench.ts';

const PATH = 'acme/web/api';
const NEAR = 'near.example.com';
const FAR = 'far.example.com';
const Receipt = z.looseObject({
  state: z.string(),
  proxies: z.array(z.looseObject({ name: z.string(), outcome: z.string(), reason: z.string().nullable() })),
});

describe('kpr proxies', function () {
  this.timeout(90_000); // starts processes

  let bench: DaemonBench;
  let daemon: Serving;

  beforeEach(async () => {
    bench = await openDaemonBench({ proxies: [NEAR, FAR] });
    daemon = bench.serve();
    await daemon.untilReady();
  });

  afterEach(() => bench.close());

  const push = () => bench.lab.push(PATH, '1', createImage({ seed: 'one' }));
  const told = async (): Promise<Record<string, string>> => {
    const { stdout, code } = await bench.run('status', PATH, '-o', 'json');
    if (code !== 0) return {};
    const { proxies } = Receipt.parse(JSON.parse(stdout));
    return Object.fromEntries(proxies.map(({ name, outcome, reason }) => [name, reason ?? outcome]));
  };
  const untilTold = (wanted: Record<string, string>) =>
    until(
      `proxies ${JSON.stringify(wanted)}`,
      async () => {
        const now = await told();
        return Object.entries(wanted).every(([name, outcome]) => now[name] === outcome);
      },
      40_000,
    );
  const behave = async (name: string, behaviour: string) => {
    const { proxies } = z
      .object({ proxies: z.array(z.object({ id: z.number(), name: z.string() })) })
      .parse(await (await fetch(`${bench.lab.standIn.controlUrl}/world`)).json());
    const id = proxies.find((proxy) => proxy.name === name)?.id;
    const body = JSON.stringify({ id, behaviour });
    expect(await fetch(`${bench.lab.standIn.controlUrl}/faults/proxy`, { method: 'POST', body })).to.include({
      ok: true,
    });
  };

  it('are told of in receipt, table and metrics, once they have what was pushed', async () => {
    await push();

    await untilTold({ [NEAR]: 'served', [FAR]: 'served' });

    const status = await bench.run('status');
    expect(status.stdout).to.match(/acme\/web\/api +1 +done +proxies/);
    const { stdout } = await bench.run('proxies', 'status', '--proxy', NEAR);
    expect(stdout).to.match(
      /^automatic sync\nPROXY +BEHIND +LAST +PATH +AGE\nnear\.example\.com +0 +served +acme\/web\/api +\d+s\n$/,
    );
    const body = (await daemon.ask('/metrics'))?.body;
    expect(body).to.contain('kpr_proxy_sync_total{outcome="served"} 2');
    expect(body).to.contain('kpr_proxy_behind{proxy="near.example.com"} 0');
  });

  it('that are down delay nothing, and are synced when a person asks, after the daemon was killed and Redis is lost', async () => {
    await behave(FAR, 'failing');
    await push();
    await untilTold({ [NEAR]: 'served', [FAR]: 'proxy-failed' });
    const { stdout: behind } = await bench.run('proxies', 'status');
    const metrics = (await daemon.ask('/metrics'))?.body;

    await daemon.stop('SIGKILL');
    await rm(join(bench.stateDir, 'redis'), { recursive: true, force: true });
    await behave(FAR, 'ok');
    daemon = bench.serve();
    await daemon.untilReady();
    const dry = await bench.run('proxies', 'sync', PATH, '--proxy', FAR, '--dry-run');
    const asked = await bench.run('proxies', 'sync', PATH, '--proxy', FAR);
    await until(
      'the sync',
      async () => /far\.example\.com +0 +served/.test((await bench.run('proxies', 'status')).stdout),
      40_000,
    );

    expect(behind).to.match(/far\.example\.com +1 +proxy-failed/);
    expect(behind).to.match(/acme\/web\/api +far\.example\.com +\d+s +proxy-failed: 404, message=Not Found/);
    expect(metrics).to.contain('kpr_proxy_behind{proxy="far.example.com"} 1');
    expect(asked.stdout).to.equal(`queued ${PATH}  ${FAR}\n`);
    expect(dry.stdout).to.equal(`${asked.stdout}dry run: nothing was changed\n`);
  });

  it('are refused by their names and paths', async () => {
    await push();
    await untilTold({ [NEAR]: 'served' });

    expect(await bench.run('proxies', 'sync', 'acme/web/none')).to.include({
      code: 3,
      stderr: 'error: not-found: nothing of acme/web/none is published\nhint: kpr status acme/web/none\n',
    });
    expect(await bench.run('proxies', 'sync', PATH, '--proxy', 'none.example.com')).to.include({
      code: 3,
      stderr: 'error: not-found: no smart proxy none.example.com\nhint: kpr proxies status\n',
    });
  });

  it('are left alone with KPR_PROXY_SYNC=off, also by Katello', async () => {
    await daemon.stop();
    daemon = bench.serve({ KPR_PROXY_SYNC: 'off' });
    await daemon.untilReady();
    await push();

    await untilTold({ [NEAR]: 'setting-off', [FAR]: 'setting-off' });

    expect((await bench.run('status')).stdout).to.match(/acme\/web\/api .*setting-off/);
    expect((await bench.run('proxies', 'status')).stdout).to.match(/^no automatic sync: setting-off\n/);
    const tasks: unknown = await (await fetch(`${bench.lab.standIn.controlUrl}/tasks`)).json();
    expect(JSON.stringify(tasks)).to.not.contain('CapsuleContent');
  });
});
