import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { addCounts, formatCounts, runCheck, runMocha } from './checks.ts';

describe('runMocha', function () {
  // Each run starts mocha once more.
  this.timeout(20_000);
  let dir: string;

  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kpr-checks-'));
  });

  afterEach(() => rm(dir, { recursive: true }));

  for (const [how, body, counts] of [
    ['that ends well', '', { passed: 1, failed: 0, skipped: 0 }],
    ['whose process ends in the middle, as if all were well', 'process.exit(0);', { passed: 0, failed: 1, skipped: 0 }],
    ['whose process is killed', "process.kill(process.pid, 'SIGKILL');", { passed: 0, failed: 1, skipped: 0 }],
    [
      'that fails after its last test',
      "process.once('exit', () => process.exit(3));",
      { passed: 1, failed: 1, skipped: 0 },
    ],
  ] as const) {
    it(`counts a run ${how}`, async () => {
      const file = join(dir, 'suite.cjs');
      await writeFile(file, `it('passes', () => { ${body} });`);

      expect(await runMocha([file], { prefix: '      ' })).to.deep.equal(counts);
    });
  }

  it('counts a run without any file as a failure', async () => {
    expect(await runMocha([join(dir, '*.none')], { prefix: '      ' })).to.deep.equal({
      passed: 0,
      failed: 1,
      skipped: 0,
    });
  });
});

describe('runCheck', () => {
  it('counts a command as one', async () => {
    const all = addCounts([await runCheck('true'), await runCheck('false')]);

    expect(all).to.deep.equal({ passed: 1, failed: 1, skipped: 0 });
  });
});

describe('formatCounts', () => {
  it('names the skipped only if there are any', () => {
    expect(formatCounts({ passed: 3, failed: 0, skipped: 0 })).to.equal('3 passed, 0 failed');
    expect(formatCounts({ passed: 3, failed: 1, skipped: 2 })).to.equal('3 passed, 1 failed, 2 skipped');
  });
});
