import { expect } from 'chai';
import * as fc from 'fast-check';
import { createRandom } from '../random.ts';
import { drawHistory, type Happening } from './events.ts';

const draw = (seed: number): Happening[] => {
  const paths = ['org1/a', 'org1/b'];
  return drawHistory(createRandom(seed), { count: 200, paths, tags: ['1', '2', '3'], pauseMs: 100, longFreezes: 2 });
};
const anySeed = fc.nat();

describe('The events of a random run', () => {
  it('are the same for the same seed', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        expect(draw(seed)).to.deep.equal(draw(seed));
      }),
    );
  });

  it('are of every kind', () => {
    const kinds = new Set(draw(1).map(({ event }) => event.kind));

    expect([...kinds].toSorted()).to.deep.equal(
      ['away', 'delete', 'forget', 'freeze', 'hold', 'kill', 'push', 'view', 'wire'].toSorted(),
    );
  });

  it('delete only tags that are there, and never the last one of a path', () => {
    fc.assert(
      fc.property(anySeed, (seed) => {
        const there = new Map<string, Set<string>>();
        for (const { event } of draw(seed)) {
          if (event.kind !== 'push' && event.kind !== 'delete') continue;
          const tags = there.get(event.path) ?? new Set();
          there.set(event.path, tags);
          if (event.kind === 'push') tags.add(event.tag);
          else expect(tags.delete(event.tag) && tags.size > 0).to.equal(true);
        }
      }),
    );
  });
});
