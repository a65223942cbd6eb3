import { readFile } from 'node:fs/promises';
import { expect } from 'chai';
import { EXAMPLES } from '../../../lib/cli/examples.ts';
import { EXIT } from '../../../lib/cli/exit.ts';

const PAGE = new URL('../../../docs/cli.md', import.meta.url);
/** One is the daemon, the other prints a script. */
const UNRECORDED = ['serve', 'completion'];

describe('docs/cli.md', () => {
  it('has a session of every verb', async () => {
    const page = await readFile(PAGE, 'utf8');

    for (const verb of Object.keys(EXAMPLES)) {
      if (!UNRECORDED.includes(verb)) expect(page).to.contain(`$ kpr ${verb}`);
    }
  });

  it('has every exit code', async () => {
    const page = await readFile(PAGE, 'utf8');

    for (const code of Object.values(EXIT)) expect(page).to.match(new RegExp(`^\\| ${code} \\|`, 'm'));
  });

  it('tells nothing of the machine it was recorded on', async () => {
    expect(await readFile(PAGE, 'utf8')).to.not.match(/\/work|\/tmp|\/root|\.sandbox\/|localhost:\d/);
  });
});
