import { expect } from 'chai';
import * as fc from 'fast-check';
import { describeReason, REASONS } from '../../lib/domain/reason.ts';

const WORDS =
  'a account action age b digest host id label login message n name org other path permission product pushProduct r reason s system tag time url katelloHost'.split(
    ' ',
  );

describe('texts of reasons', () => {
  it('show any details harmlessly: nothing hidden, turned or endless, and no word left open', () => {
    const anyDetails = fc.dictionary(fc.constantFrom(...WORDS), fc.string({ unit: 'binary', maxLength: 2000 }));
    fc.assert(
      fc.property(fc.constantFrom(...REASONS), anyDetails, (reason, details) => {
        const { message, hint } = describeReason(reason, details);

        for (const text of [message, hint ?? '']) {
          expect(text).to.not.match(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
          expect(text.length).to.be.lessThan(8000);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('have a detail for each of their words', () => {
    const all = Object.fromEntries(WORDS.map((word) => [word, 'x']));
    for (const reason of REASONS) {
      const { message, hint } = describeReason(reason, all);

      expect(`${message} ${hint}`, reason).to.not.match(/[?{}]/);
    }
  });
});
