import { expect } from 'chai';
import { dropsSharedTags } from '../../../lib/reconcile/superseded.ts';

describe('dropsSharedTags', () => {
  for (const [version, expected] of [
    ['4.14.3', false],
    ['4.18.1', false],
    ['4.19.0', true],
    ['4.20.0.rc1', true],
    ['5.0.1', true],
    ['5.1.0-master', true],
  ] as const) {
    it(`is ${expected} for Katello ${version}`, () => {
      expect(dropsSharedTags(version)).to.equal(expected);
    });
  }
});
