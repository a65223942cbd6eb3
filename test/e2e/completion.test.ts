/** What shells offer behind `kpr`, asked without a terminal. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect } from 'chai';
import { run } from '../unit/cli/bench.ts';

/** Programs that print an offer a line, for the script in $1 and the words behind it. */
const SHELLS: Readonly<Record<string, readonly string[]>> = {
  // what offers is a builtin that only a terminal has; the shell leaves out later what was not begun like this
  zsh: [
    '-f',
    '-c',
    `compdef() { }; compadd() { shift; print -l -- "$@" }
     source "$1"; shift; words=(kpr "$@"); CURRENT=\${#words}; _kpr`,
    'zsh',
  ],
  fish: ['--no-config', '-c', 'function kpr; end; source $argv[1]; complete -C "kpr $argv[2..]"'],
};

describe('what a shell offers behind kpr', () => {
  let dir: string;

  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'kpr-completion-'));
    for (const shell of Object.keys(SHELLS)) {
      await writeFile(join(dir, shell), (await run(['completion', shell])).stdout);
    }
  });
  after(() => rm(dir, { recursive: true }));

  const offer = async (shell: string, ...words: string[]): Promise<string[]> => {
    const script = join(dir, shell);
    const { stdout, stderr } = await promisify(execFile)(shell, [...(SHELLS[shell] ?? []), script, ...words]);
    expect(stderr).to.equal('');
    return stdout.trim().split(/\s+/);
  };

  for (const shell of Object.keys(SHELLS)) {
    describe(shell, () => {
      it('is the verbs', async () => {
        expect(await offer(shell, '')).to.include.members(['serve', 'status', 'orphans', 'queue']);
      });

      it('is the verbs below a verb, whatever flags stand between', async () => {
        expect(await offer(shell, '-o', 'json', 'orphans', '')).to.include.members(['list', 'delete', 'keep']);
        expect(await offer(shell, 'queue', '')).to.not.include('orphans');
      });

      it('is the flags of the verb', async () => {
        expect(await offer(shell, 'orphans', 'delete', '--')).to.include.members(['--unproven', '--limit', '--yes']);
        expect(await offer(shell, 'queue', 'stats', '--')).to.not.include('--unproven');
      });
    });
  }
});
