import { expect } from 'chai';
import { renderTable } from './table.ts';

describe('renderTable', () => {
  const found = { isFound: true, client: { name: 'crane' }, version: '1.2.3' } as const;
  const missing = { isFound: false, client: { name: 'oras' }, reason: 'no Go to build it' } as const;

  it('has a column for each client and says below why one is missing', () => {
    const cells = [{ client: 'crane', scenario: 'push', text: 'works' }];

    expect(renderTable([found, missing], ['push'], cells).split('\n')).to.deep.equal([
      '|  | crane 1.2.3 | oras |',
      '| --- | --- | --- |',
      '| push | works | not found |',
      '',
      '- oras was not found: no Go to build it',
    ]);
  });

  it('stays a table whatever a client printed', () => {
    const cells = [{ client: 'crane', scenario: 'push', text: 'a|b\nc' }];

    expect(renderTable([found], ['push'], cells)).to.include('| push | a\\|b c |');
  });
});
