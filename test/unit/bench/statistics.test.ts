import { expect } from 'chai';
import { clip, lengthOfUnion, median, percentile } from '../../../scripts/bench/statistics.ts';

describe('percentile', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);

  it('is the value that the share of all does not exceed', () => {
    expect(percentile(hundred, 0.95)).to.equal(95);
    expect(median(hundred)).to.equal(50);
  });

  it('of one value is that value', () => {
    expect(percentile([7], 0)).to.equal(7);
    expect(percentile([7], 1)).to.equal(7);
  });

  it('sorts numbers, not texts', () => {
    expect(percentile([10, 9, 100], 1)).to.equal(100);
  });

  it('of nothing is none', () => {
    expect(() => percentile([], 0.5)).to.throw(RangeError);
  });
});

describe('clip', () => {
  it('keeps what lies within', () => {
    expect(clip([0, 10], [4, 6])).to.deep.equal([4, 6]);
    expect(clip([5, Number.POSITIVE_INFINITY], [4, 6])).to.deep.equal([5, 6]);
  });

  it('leaves nothing of what lies outside', () => {
    for (const [start, end] of [clip([0, 3], [4, 6]), clip([7, 9], [4, 6])]) expect(end - start).to.equal(0);
  });
});

describe('lengthOfUnion', () => {
  it('counts what overlaps once', () => {
    const [early, inside, late] = [
      [0, 10],
      [2, 3],
      [8, 15],
    ] as const;

    expect(lengthOfUnion([late, inside, early])).to.equal(15);
  });

  it('leaves gaps out', () => {
    const apart = [
      [0, 1],
      [5, 7],
    ] as const;

    expect(lengthOfUnion(apart)).to.equal(3);
  });

  it('of nothing is nothing', () => {
    expect(lengthOfUnion([])).to.equal(0);
  });
});
