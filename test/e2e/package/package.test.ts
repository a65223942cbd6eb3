import { readFile } from 'node:fs/promises';
import { dirname, join, normalize } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { readVersion } from '../../../lib/version.ts';
import { type DaemonBench, openDaemonBench } from '../../integration/daemon/bench.ts';
import { type Packed, packAndInstall } from './packed.ts';

const Listening = z.looseObject({ message: z.literal('listening'), what: z.literal('front'), address: z.string() });

describe('the npm package', function () {
  this.timeout(180_000); // packs, and installs some two hundred packages

  let packed: Packed;
  let bench: DaemonBench;

  before(async () => {
    packed = await packAndInstall();
    bench = await openDaemonBench({ command: [packed.command] });
  });

  after(async () => {
    await bench.close();
    await packed.remove();
  });

  it('holds what runs, what an administrator needs, and no more', () => {
    const others = packed.files.filter((file) => !/^(?:dist\/(?:lib|queues)|scripts\/deploy)\//.test(file));

    expect(others).to.deep.equal([
      '.env.example',
      'CHANGELOG.md',
      'LICENSE',
      'README.md',
      'dist/scripts/kpr.js',
      'docs/architecture.md',
      'docs/cli.md',
      'docs/clients.md',
      'docs/operations.md',
      'docs/orphans.md',
      'npm-shrinkwrap.json',
      'package.json',
    ]);
    expect(packed.files).to.include.members([
      'scripts/deploy/apache.conf',
      'scripts/deploy/kpr.service',
      'dist/lib/web/assets/kpr.css',
    ]);
  });

  it('holds what its guide for administrators links to', async () => {
    const guide = 'docs/operations.md';
    const text = await readFile(join(packed.dir, guide), 'utf8');

    const targets = [...text.matchAll(/\]\((?!https?:|#)([^)#]+)/g)].map(([, to = '']) =>
      normalize(join(dirname(guide), to)),
    );

    expect(targets).to.not.deep.equal([]);
    expect(targets.filter((target) => !packed.files.includes(target))).to.deep.equal([]);
  });

  it('gives a command that knows its version', async () => {
    const { code, stdout } = await bench.runWith({ PATH: packed.path }, 'version');

    expect({ code, stdout }).to.deep.equal({ code: 0, stdout: `kpr ${readVersion()}\n` });
  });

  it('gives a daemon that is ready with its own Redis, and shows its pages', async () => {
    const daemon = bench.serve({ PATH: packed.path });
    await daemon.untilReady();
    const address = daemon.log().flatMap((line) => Listening.safeParse(line).data ?? [])[0]?.address;

    const style = await fetch(`http://${address}/assets/kpr.css`);
    const { code } = await daemon.stop();

    expect(style.status).to.equal(200);
    expect(code).to.equal(0);
  });
});
