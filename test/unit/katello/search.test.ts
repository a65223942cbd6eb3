import { expect } from 'chai';
import * as fc from 'fast-check';
import { groupForSearch, quote } from '../../../lib/katello/search.ts';

describe('quote', () => {
  for (const [value, quoted] of [
    ['latest', '"latest"'],
    ['', '""'],
    ['a "b" or name = c', '"a \\"b\\" or name = c"'],
    ['back\\slash', '"back\\\\slash"'],
    ['ends in \\', '"ends in \\\\"'],
  ] as const) {
    it(`makes ${quoted} of '${value}'`, () => {
      expect(quote(value)).to.equal(quoted);
    });
  }

  it('leaves no way out of the quotes', () => {
    fc.assert(
      fc.property(fc.string(), (value) => {
        // in quotes: anything but quote and backslash, or a backslash with what it makes ordinary
        expect(quote(value)).to.match(/^"(?:[^"\\]|\\["\\])*"$/su);
      }),
    );
  });
});

describe('groupForSearch', () => {
  const tags = fc.array(fc.string({ maxLength: 200 }), { maxLength: 200 });

  it('keeps every value, in order', () => {
    fc.assert(
      fc.property(tags, (values) => {
        expect(groupForSearch(values, 4).flat()).to.deep.equal(values);
      }),
    );
  });

  it('makes no group that is empty, nor one too long for a request', () => {
    fc.assert(
      fc.property(tags, (values) => {
        for (const group of groupForSearch(values, 4)) {
          const length = group.reduce(
            (sum, value) => sum + new URLSearchParams([['', quote(value)]]).toString().length + 4,
            0,
          );
          expect(group.length).to.be.above(0);
          if (group.length > 1) expect(length).to.be.at.most(3000);
        }
      }),
    );
  });
});
