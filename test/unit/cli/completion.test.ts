import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { EXAMPLES } from '../../../lib/cli/examples.ts';
import { run } from './bench.ts';

/** What bash offers behind these words, the last of which is being typed. */
const OFFER = 'source "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _kpr; echo "${COMPREPLY[@]}"';

describe('kpr completion', () => {
  let dir: string;
  let script: string;

  before(async () => {
    dir = mkdtempSync(join(tmpdir(), 'kpr-completion-'));
    script = join(dir, 'kpr.bash');
    writeFileSync(script, (await run(['completion', 'bash'])).stdout);
  });

  after(() => rmSync(dir, { recursive: true }));

  const offer = (...words: string[]) =>
    execFileSync('bash', ['-c', OFFER, 'bash', script, 'kpr', ...words], { encoding: 'utf8' })
      .trim()
      .split(' ');

  it('offers the verbs in bash', () => {
    expect(offer('')).to.include.members(['serve', 'status', 'explain', 'wait', 'rollback', 'queue', 'completion']);
    expect(offer('re')).to.deep.equal(['reprocess']);
    expect(offer('queue', '')).to.deep.equal(['stats', 'pause', 'resume', 'drain', 'retry']);
    expect(offer('-o', 'json', 'orphans', 'd')).to.deep.equal(['delete']);
  });

  it('offers the flags of a verb and those of all in bash', () => {
    expect(offer('wait', '--t')).to.deep.equal(['--timeout']);
    expect(offer('wait', '--e')).to.deep.equal(['--env-file']);
    expect(offer('completion', '')).to.deep.equal(['bash', 'zsh', 'fish']);
  });

  it('knows the same verbs and flags in every shell', async () => {
    for (const shell of ['bash', 'zsh', 'fish']) {
      const { code, stdout } = await run(['completion', shell]);

      expect(code).to.equal(0);
      for (const word of ['rollback', 'drain', 'timeout', 'env-file']) expect(stdout, shell).to.contain(word);
    }
  });

  it('exits 2 for another shell', async () => {
    expect((await run(['completion', 'tcsh'])).code).to.equal(2);
  });
});

describe('kpr help', () => {
  it('ends with command lines to copy, for every verb that does something', async () => {
    for (const verb of Object.keys(EXAMPLES)) {
      const { code, stdout } = await run([...verb.split(' '), '--help']);

      expect(code, verb).to.equal(0);
      expect(stdout, verb).to.contain(`Examples:\n  `).and.contain(`kpr ${verb}`);
    }
  });

  it('is the same by help VERB', async () => {
    expect((await run(['help', 'wait'])).stdout).to.equal((await run(['wait', '--help'])).stdout);
  });
});
