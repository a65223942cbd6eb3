import { expect } from 'chai';
import { backoffMs, MAX_ATTEMPTS, ReconcileJob } from '../../../queues/contract.ts';

describe('backoffMs', () => {
  it('doubles from two seconds up to five minutes', () => {
    expect([1, 2, 3, 8, 9, 30].map(backoffMs)).to.deep.equal([2000, 4000, 8000, 256_000, 300_000, 300_000]);
  });

  it('gives a path about a quarter of an hour in all', () => {
    const pauses = Array.from({ length: MAX_ATTEMPTS - 1 }, (_, index) => backoffMs(index + 1));

    expect(pauses.reduce((sum, ms) => sum + ms, 0) / 60_000).to.be.within(10, 20);
  });
});

describe('ReconcileJob', () => {
  it('holds a path and nothing else matters', () => {
    expect(ReconcileJob.parse({ path: 'acme/api', left: 'over' })).to.deep.equal({ path: 'acme/api' });
  });

  it('is none without a path', () => {
    for (const data of [{}, { path: '' }, { path: 3 }, null])
      expect(ReconcileJob.safeParse(data).success).to.equal(false);
  });
});
