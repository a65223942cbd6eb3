import { expect } from 'chai';
import { type Row, renderTable } from './figures.ts';

const row = (changes: Partial<Row>): string =>
  renderTable('a suite (seed 7)', [{ fault: 'reset', runs: 4, flaws: [], ...changes }])
    .split('\n')
    .at(-1) ?? '';

describe('A row of figures', () => {
  it('tells that nothing was lost', () => {
    expect(row({ note: 'in 2 s' })).to.match(/^\| a suite \| reset \| \w+ \| 4 \| 4 \| nothing \| in 2 s \|$/);
  });

  it('tells what was lost, and takes no run for good then', () => {
    expect(row({ flaws: ['org1/api is not claimed', 'b', 'c', 'd', 'e'] })).to.include(
      '| 4 | 0 | org1/api is not claimed; b; c; and 2 more |',
    );
  });

  it('counts as converged what it is told', () => {
    expect(row({ flaws: ['a'], converged: 3 })).to.include('| 4 | 3 | a |');
  });

  it('stays a row of seven cells, whatever it holds', () => {
    expect(row({ fault: 'a | b\nc' }).split(/(?<!\\)\|/)).to.have.length(9);
  });
});
