import { expect } from 'chai';
import { type Arrival, gatherUntil, nextLook, nextPublish, stepsBack } from '../../../lib/reconcile/pace.ts';

const MINUTE = 60_000;

describe('nextPublish', () => {
  it('is 10 s after a short publish', () => {
    expect(nextPublish(100_000, 2_000)).to.equal(110_000);
  });

  it('is twice as long as a long one took', () => {
    expect(nextPublish(100_000, 7_000)).to.equal(114_000);
  });
});

describe('gatherUntil', () => {
  const again: Arrival = { seenAt: 100_000, seenBefore: 90_000, waitingSince: 90_000, waitingPaths: 20 };

  it('holds a path that is pushed again in a crowd until it is left alone', () => {
    expect(gatherUntil(again)).to.equal(108_000);
  });

  it('holds it no longer than three quarters of a minute', () => {
    expect(gatherUntil({ ...again, waitingSince: 60_000 })).to.equal(105_000);
  });

  it('never holds a first push', () => {
    expect(gatherUntil({ ...again, waitingSince: null })).to.equal(null);
  });

  it('holds nobody while few wait', () => {
    expect(gatherUntil({ ...again, waitingPaths: 4 })).to.equal(null);
  });
});

describe('stepsBack', () => {
  const noisy: Arrival = { seenAt: 100_000, seenBefore: 41_000, waitingSince: null, waitingPaths: 5 };

  it('lets others pass a path that is pushed again within a minute, even if it waits for nothing yet', () => {
    expect(stepsBack(noisy)).to.equal(true);
  });

  it('keeps a path in turn that was left alone', () => {
    expect(stepsBack({ ...noisy, seenBefore: null })).to.equal(false);
    expect(stepsBack({ ...noisy, seenBefore: 40_000 })).to.equal(false);
  });

  it('keeps everybody in turn while few wait', () => {
    expect(stepsBack({ ...noisy, waitingPaths: 4 })).to.equal(false);
  });
});

describe('nextLook', () => {
  for (const { ageMs, look } of [
    { ageMs: 0, look: MINUTE },
    { ageMs: MINUTE, look: 5 * MINUTE },
    { ageMs: 6 * MINUTE, look: 30 * MINUTE },
  ]) {
    it(`is ${look / MINUTE} minutes after the push when that is ${ageMs / MINUTE} minutes old`, () => {
      expect(nextLook(1_000, 1_000 + ageMs)).to.equal(1_000 + look);
    });
  }

  it('is a day later for an old push', () => {
    expect(nextLook(0, 30 * MINUTE)).to.equal(30 * MINUTE + 24 * 60 * MINUTE);
  });
});
