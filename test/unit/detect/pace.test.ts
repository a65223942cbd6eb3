import { expect } from 'chai';
import { createPace } from '../../../lib/detect/pace.ts';

const gaps = (pace: { nextGapMs(): number }, count: number) => Array.from({ length: count }, () => pace.nextGapMs());

describe('pace', () => {
  it('is idle from the start', () => {
    expect(createPace({ activeMs: 500, idleMs: 4000, now: () => 0 }).nextGapMs()).to.equal(4000);
  });

  it('is fast for a minute after something stirred, then slows down step by step', () => {
    let now = 0;
    const pace = createPace({ activeMs: 500, idleMs: 4000, now: () => now });

    pace.stir();
    const active = gaps(pace, 2);
    now = 60_000;
    const after = gaps(pace, 5);

    expect(active).to.deep.equal([500, 500]);
    expect(after).to.deep.equal([1000, 2000, 4000, 4000, 4000]);
  });
});
