import { expect } from 'chai';
import * as fc from 'fast-check';
import { correlationId, isOwnWrite } from '../../lib/domain/correlation.ts';

const anyWrite = fc.record({
  uuid: fc.uuid(),
  version: fc.nat(2 ** 32 - 1),
  step: fc.nat(2 ** 16 - 1),
});

describe('correlation ids', () => {
  it('are UUIDs of version 8 that their push repository knows', () => {
    fc.assert(
      fc.property(anyWrite, (write) => {
        const id = correlationId(write);

        expect(id).to.match(/^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
        expect(isOwnWrite(id, write.uuid)).to.equal(true);
      }),
    );
  });

  it('differ where version or step differ', () => {
    fc.assert(
      fc.property(anyWrite, anyWrite, (one, other) => {
        const isSame = one.version === other.version && one.step === other.step;

        expect(correlationId(one) === correlationId({ ...other, uuid: one.uuid })).to.equal(isSame);
      }),
    );
  });

  it('are not known to another push repository', () => {
    fc.assert(
      fc.property(anyWrite, fc.uuid(), (write, other) => {
        fc.pre(write.uuid.slice(-10) !== other.slice(-10));

        expect(isOwnWrite(correlationId(write), other)).to.equal(false);
      }),
    );
  });

  it('are none in any other text', () => {
    fc.assert(
      fc.property(fc.oneof(fc.uuid(), fc.string({ unit: 'binary' })), fc.uuid(), (text, uuid) => {
        expect(isOwnWrite(text, uuid)).to.equal(false);
      }),
    );
  });
});
