import { expect } from 'chai';
import { correlationId, isOwnWrite } from '../../../lib/domain/correlation.ts';
import { InvariantError } from '../../../lib/errors.ts';

const uuid = '0198b5a2-7c1e-7f00-8a3b-5d2f6c9e1a44';
const other = '0198b5a2-7c1e-7f00-8a3b-5d2f6c9e1a45';

describe('correlationId', () => {
  it('is a UUID of version 8', () => {
    expect(correlationId({ uuid, version: 12, step: 3 })).to.match(
      /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
  });

  it('is the same for the same write', () => {
    expect(correlationId({ uuid, version: 12, step: 3 })).to.equal('6b707201-2f6c-89e1-8a44-0000000c0003');
  });

  it('differs by push repository, version and step', () => {
    const ids = [
      correlationId({ uuid, version: 1, step: 0 }),
      correlationId({ uuid: other, version: 1, step: 0 }),
      correlationId({ uuid, version: 2, step: 0 }),
      correlationId({ uuid, version: 1, step: 1 }),
    ];

    expect(new Set(ids).size).to.equal(4);
  });

  it('holds the largest version and step', () => {
    expect(correlationId({ uuid, version: 2 ** 32 - 1, step: 2 ** 16 - 1 }).slice(-12)).to.equal('ffffffffffff');
  });

  for (const write of [
    { uuid, version: 2 ** 32, step: 0 },
    { uuid, version: 0, step: 2 ** 16 },
    { uuid, version: -1, step: 0 },
    { uuid, version: 0.5, step: 0 },
    { uuid: 'not a uuid', version: 0, step: 0 },
  ]) {
    it(`refuses ${JSON.stringify(write)}`, () => {
      expect(() => correlationId(write)).to.throw(InvariantError);
    });
  }
});

describe('isOwnWrite', () => {
  const id = correlationId({ uuid, version: 12, step: 3 });

  it('knows the writes for the push repository, however they are spelt', () => {
    expect(isOwnWrite(id, uuid)).to.equal(true);
    expect(isOwnWrite(id.toUpperCase().replaceAll('-', ''), uuid.toUpperCase())).to.equal(true);
  });

  it('does not know writes for another push repository', () => {
    expect(isOwnWrite(id, other)).to.equal(false);
  });

  for (const foreign of ['', 'garbage', uuid, `${id}0`, '6b707201']) {
    it(`does not know ${JSON.stringify(foreign)}`, () => {
      expect(isOwnWrite(foreign, uuid)).to.equal(false);
    });
  }
});
