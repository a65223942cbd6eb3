import { expect } from 'chai';
import { createRandom } from './random.ts';

describe('createRandom', () => {
  it('gives the same numbers for the same seed, and others for another', () => {
    const numbers = (seed: number) => {
      const random = createRandom(seed);
      return Array.from({ length: 5 }, () => random.next());
    };

    expect(numbers(7)).to.deep.equal(numbers(7));
    expect(numbers(7)).to.not.deep.equal(numbers(8));
  });

  it('spreads over the whole range', () => {
    const random = createRandom(1);
    const tenths = Array.from({ length: 10 }, () => 0);

    for (let i = 0; i < 10_000; i++) tenths[Math.floor(random.next() * 10)]!++;

    for (const count of tenths) expect(count).to.be.within(850, 1150);
  });

  it('lets things happen at their rate', () => {
    const random = createRandom(2);

    const happened = Array.from({ length: 10_000 }, () => random.happens(0.1)).filter(Boolean).length;

    expect(happened).to.be.within(850, 1150);
  });

  it('takes some of many, each once', () => {
    const taken = createRandom(3).some(3, [1, 2, 3, 4, 5]);

    expect(new Set(taken)).to.have.lengthOf(3);
    expect([1, 2, 3, 4, 5]).to.include.members(taken);
  });
});
