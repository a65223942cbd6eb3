import { expect } from 'chai';
import { createMemory, FOREIGN } from '../../../lib/detect/memory.ts';

describe('memory', () => {
  it('answers what it was told last', () => {
    const memory = createMemory(10);
    memory.remember('a', FOREIGN);

    memory.remember('a', { path: 'acme/api', version: 2 });

    expect(memory.find('a')).to.deep.equal({ path: 'acme/api', version: 2 });
    expect(memory.find('b')).to.equal(undefined);
  });

  it('forgets what was not asked for longest when it is full', () => {
    const memory = createMemory(2);
    memory.remember('a', FOREIGN);
    memory.remember('b', FOREIGN);
    memory.find('a');

    memory.remember('c', FOREIGN);

    expect(['a', 'b', 'c'].filter((uuid) => memory.find(uuid) !== undefined)).to.deep.equal(['a', 'c']);
  });
});
