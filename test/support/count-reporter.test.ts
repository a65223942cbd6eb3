import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { PROJECT } from './servers/install.ts';

const SUITE = `
  it('passes', () => {});
  it('passes too', () => {});
  it('fails', () => { throw new Error('on purpose'); });
  it.skip('is skipped', () => {});
  describe('with a broken hook', () => {
    before(() => { throw new Error('on purpose'); });
    it('is never run', () => {});
  });
`;

describe('CountReporter', () => {
  it('writes what passed, failed and was skipped, and counts a broken hook as a failure', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'kpr-count-'));
    const output = join(dir, 'counts.json');
    await writeFile(join(dir, 'suite.cjs'), SUITE);

    const reporter = ['--reporter', 'test/support/count-reporter.ts', '--reporter-option', `output=${output}`];
    spawnSync('node_modules/.bin/mocha', [...reporter, join(dir, 'suite.cjs')], { cwd: PROJECT });

    expect(JSON.parse(await readFile(output, 'utf8'))).to.deep.equal({ passed: 2, failed: 2, skipped: 1 });
    await rm(dir, { recursive: true });
  }).timeout(20_000); // starts mocha once more
});
