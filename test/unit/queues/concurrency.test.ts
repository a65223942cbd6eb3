import { expect } from 'chai';
import { adaptConcurrency, type Concurrency, startConcurrency } from '../../../queues/concurrency.ts';

const busy = (published: number) => ({ published, seconds: 60, waiting: 5 });
const idle = { published: 3, seconds: 60, waiting: 0 };

function after(samples: { published: number; seconds: number; waiting: number }[], ceiling = 8): Concurrency {
  return samples.reduce((now, sample) => adaptConcurrency(now, sample, ceiling), startConcurrency(ceiling));
}

describe('adaptConcurrency', () => {
  it('starts at two, or at a lower ceiling', () => {
    expect(startConcurrency(8).level).to.equal(2);
    expect(startConcurrency(1).level).to.equal(1);
  });

  it('stays while nobody waits', () => {
    expect(after([idle, idle, idle]).level).to.equal(2);
  });

  it('grows while each raise publishes more', () => {
    expect(after([busy(20), busy(30), busy(40)]).level).to.equal(5);
  });

  it('takes back a raise that brought nothing, and rests', () => {
    expect(after([busy(20), busy(20)]).level).to.equal(2);
    expect(after([busy(20), busy(20), busy(20), busy(20)]).level).to.equal(2);
  });

  it('tries again after the rest', () => {
    const rest = Array.from({ length: 11 }, () => busy(20));

    expect(after([busy(20), busy(20), ...rest]).level).to.equal(3);
  });

  it('goes no higher than the ceiling', () => {
    expect(after([busy(10), busy(20), busy(40), busy(80), busy(160)], 4).level).to.equal(4);
  });

  it('never goes below one', () => {
    expect(after([busy(20), busy(1), busy(0), busy(0)], 1).level).to.equal(1);
  });

  it('does not grow while nothing is published at all', () => {
    expect(after([busy(0), busy(0)]).level).to.equal(2);
  });

  it('forgets a trial that an idle time interrupted', () => {
    expect(after([busy(20), idle, busy(5)]).level).to.equal(4);
  });
});
