import { expect } from 'chai';
import { earlier, microsOf } from '../../../lib/detect/time.ts';

describe('microsOf', () => {
  it('tells microseconds apart', () => {
    expect(microsOf('2026-11-24T03:09:14.159412Z') - microsOf('2026-11-24T03:09:14.159411Z')).to.equal(1);
  });

  it('reads a full second, which Pulp writes without fraction', () => {
    expect(microsOf('2026-11-24T03:09:14Z')).to.equal(microsOf('2026-11-24T03:09:14.000000Z'));
  });

  it('puts a full second before its fractions, unlike the texts', () => {
    expect(microsOf('2026-11-24T03:09:14Z')).to.be.lessThan(microsOf('2026-11-24T03:09:14.000001Z'));
  });

  for (const junk of ['', 'yesterday', '2026-11-24', '2026-11-24T03:09:14+01:00', '2026-99-99T99:99:99Z']) {
    it(`is no number for "${junk}"`, () => {
      expect(microsOf(junk)).to.deep.equal(Number.NaN);
    });
  }
});

describe('earlier', () => {
  it('goes back by milliseconds, and down to a full one', () => {
    expect(earlier('2026-11-24T03:09:14.159411Z', 5000)).to.equal('2026-11-24T03:09:09.159Z');
  });
});
