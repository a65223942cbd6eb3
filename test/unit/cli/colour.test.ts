import { expect } from 'chai';
import { colourOf, createPaint } from '../../../lib/cli/colour.ts';
import { CliError } from '../../../lib/cli/exit.ts';
import { printTable } from '../../../lib/cli/table.ts';
import { printError } from '../../../lib/cli/terminal.ts';
import { collect } from './bench.ts';

const ESCAPE = '\u001b';

describe('colour', () => {
  it('is there on a terminal, unless NO_COLOR is set', () => {
    expect(createPaint({ env: {} }, { isTTY: true })('x', 'red')).to.equal(`${ESCAPE}[31mx${ESCAPE}[0m`);
    expect(createPaint({ env: { NO_COLOR: '' } }, { isTTY: true })('x', 'red')).to.contain(ESCAPE);
    for (const [env, isTTY] of [
      [{ NO_COLOR: '1' }, true],
      [{}, false],
    ] as const) {
      expect(createPaint({ env }, { isTTY })('x', 'red')).to.equal('x');
    }
  });

  it('tells good from bad, and leaves the word', () => {
    expect(['done', 'waiting', 'failed', 'FAIL', 'other'].map(colourOf)).to.deep.equal([
      'green',
      'yellow',
      'red',
      'red',
      null,
    ]);
  });

  it('makes no table wider, and lets none be made by a name', async () => {
    const rows = [
      ['PATH', 'STATE'],
      [`acme/${ESCAPE}[31mapi`, 'done'],
    ];
    const [plain, coloured] = [collect({ NO_COLOR: '1' }, undefined, true), collect({}, undefined, true)];

    for (const { io } of [plain, coloured]) await printTable(io, rows, (text) => colourOf(text));

    const stripped = coloured.written().stdout.replaceAll(new RegExp(`${ESCAPE}\\[\\d+m`, 'g'), '');
    expect(stripped).to.equal(plain.written().stdout);
    expect(plain.written().stdout).to.not.contain(ESCAPE);
    expect(coloured.written().stdout).to.contain(`${ESCAPE}[32mdone`);
  });

  it('marks an error', () => {
    const { io, written } = collect({}, undefined, true);

    printError(io, new CliError(1, 'bug', 'no'));

    expect(written().stderr).to.equal(`${ESCAPE}[31merror:${ESCAPE}[0m bug: no\n`);
  });
});
