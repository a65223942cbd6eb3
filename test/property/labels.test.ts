import { expect } from 'chai';
import * as fc from 'fast-check';
import { formatClaim, formatPins, LABELS, readClaim, readOwnedRepositoryId, readPins } from '../../lib/domain/claim.ts';

const anyText = fc.string({ unit: 'binary' });
/** UTF-16 units of all kinds, halves of characters too. */
const anyUnits = fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units));
const anyTag = fc.oneof(
  anyText,
  anyUnits,
  fc.string({ unit: fc.constantFrom(',', '(', ')', '=', ' ', '%', '0', 'a') }),
);
const anyValue = fc.oneof(
  fc.constant('-'),
  fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => `sha256:${hex}`),
);
const anyPins = fc.dictionary(anyTag, anyValue).map((pins) => new Map(Object.entries(pins)));
const anyVersion = fc.nat(Number.MAX_SAFE_INTEGER);

describe('label values', () => {
  it('give back any pins, and hold nothing that Pulp refuses', () => {
    fc.assert(
      fc.property(anyPins, (pins) => {
        const text = formatPins(pins);

        expect(text).to.match(/^[A-Za-z0-9._:%= -]*$/);
        expect(readPins({ [LABELS.pins]: text })).to.deep.equal(pins);
      }),
      { numRuns: 500 },
    );
  });

  it('do not depend on the order of pins', () => {
    fc.assert(
      fc.property(anyPins, (pins) => {
        expect(formatPins(new Map([...pins].toReversed()))).to.equal(formatPins(pins));
      }),
    );
  });

  it('give back any claim', () => {
    fc.assert(
      fc.property(fc.uuid(), anyVersion, anyVersion, anyVersion, (uuid, repositoryId, pushVersion, targetVersion) => {
        const claim = { uuid, repositoryId, pushVersion, targetVersion };

        expect(readClaim({ [LABELS.claim]: formatClaim(claim) }, uuid, repositoryId)).to.deep.equal(claim);
      }),
    );
  });

  it('are read without a throw, whatever they hold', () => {
    const anyLabel = fc.option(
      fc.oneof(anyText, fc.string({ unit: fc.constantFrom('1', ' ', '-', '=', 'a', ':', '%', 'f') })),
    );
    fc.assert(
      fc.property(anyLabel, anyLabel, anyLabel, fc.uuid(), (claim, pins, repository, uuid) => {
        const labels = { [LABELS.claim]: claim, [LABELS.pins]: pins, [LABELS.repository]: repository };

        expect(readClaim(labels, uuid, 1)).to.equal(null);
        expect(readPins(labels)).to.be.instanceOf(Map);
        expect(readOwnedRepositoryId(labels) ?? 0).to.be.a('number');
      }),
      { numRuns: 1000 },
    );
  });
});
