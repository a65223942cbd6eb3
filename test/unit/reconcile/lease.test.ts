import { expect } from 'chai';
import { LeaseLostError } from '../../../lib/errors.ts';
import type { Lease } from '../../../lib/reconcile/deps.ts';
import { withLease } from '../../../lib/reconcile/lease.ts';

function leaseThat(isHeld: () => boolean): Lease & { released: number } {
  const lease = { released: 0, isHeld, renew: async () => true, release: async () => void lease.released++ };
  return lease;
}

describe('withLease', () => {
  it('lets work write while the lease is held', async () => {
    const lease = leaseThat(() => true);

    const result = await withLease('x', lease, async (guard) => {
      guard();
      return 7;
    });

    expect(result).to.equal(7);
  });

  it('stops work before its next write once the lease is lost', async () => {
    let isHeld = true;
    const written: string[] = [];

    const work = withLease(
      'x',
      leaseThat(() => isHeld),
      async (guard) => {
        guard();
        written.push('first');
        isHeld = false;
        guard();
        written.push('second');
      },
    );

    const error = await work.then(
      () => null,
      (caught: unknown) => caught,
    );
    expect(error).to.be.instanceOf(LeaseLostError);
    expect(written).to.deep.equal(['first']);
  });

  it('lets go of the lease after work that failed', async () => {
    const lease = leaseThat(() => true);

    const error = await withLease('x', lease, async () => Promise.reject(new Error('boom'))).then(
      () => null,
      (caught: unknown) => caught,
    );

    expect(error).to.have.property('message', 'boom');
    expect(lease.released).to.equal(1);
  });
});
