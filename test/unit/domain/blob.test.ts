import { expect } from 'chai';
import { findMismatch } from '../../../lib/domain/blob.ts';

const [ONE, TWO] = ['1'.repeat(64), '2'.repeat(64)];

describe('findMismatch', () => {
  it('finds nothing among blobs that are what they are called', () => {
    expect(findMismatch([{ digest: `sha256:${ONE}`, sha256: ONE }])).to.equal(null);
    expect(findMismatch([])).to.equal(null);
  });

  it('names the first digest that stands for other bytes, whatever the order', () => {
    const poisoned = [
      { digest: `sha256:${TWO}`, sha256: ONE },
      { digest: `sha256:${ONE}`, sha256: TWO },
    ];

    expect(findMismatch(poisoned)).to.equal(`sha256:${ONE}`);
    expect(findMismatch(poisoned.toReversed())).to.equal(`sha256:${ONE}`);
  });

  it('does not judge bytes that are not there', () => {
    expect(findMismatch([{ digest: `sha256:${ONE}`, sha256: null }])).to.equal(null);
  });

  it('does not judge digests of another algorithm', () => {
    expect(findMismatch([{ digest: `sha512:${'5'.repeat(128)}`, sha256: ONE }])).to.equal(null);
  });
});
