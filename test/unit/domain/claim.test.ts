import { expect } from 'chai';
import {
  formatClaim,
  formatPins,
  isOurs,
  isProtected,
  LABELS,
  readClaim,
  readOwnedRepositoryId,
  readPins,
} from '../../../lib/domain/claim.ts';

const uuid = '0198b5a2-7c1e-7f00-8a3b-5d2f6c9e1a44';
const claim = { uuid, repositoryId: 42, pushVersion: 12, targetVersion: 7 };

describe('claim', () => {
  it('reads back what was written', () => {
    const labels = { [LABELS.claim]: formatClaim(claim) };

    expect(readClaim(labels, uuid, 42)).to.deep.equal(claim);
  });

  it('is written with a format version in front', () => {
    expect(formatClaim(claim)).to.equal(`1 ${uuid} 42 12 7`);
  });

  it('is none for another push repository', () => {
    const labels = { [LABELS.claim]: formatClaim(claim) };

    expect(readClaim(labels, uuid.replace('44', '45'), 42)).to.equal(null);
  });

  it('is none for another Katello repository', () => {
    const labels = { [LABELS.claim]: formatClaim(claim) };

    expect(readClaim(labels, uuid, 43)).to.equal(null);
  });

  for (const text of [
    '',
    'garbage',
    `2 ${uuid} 42 12 7`,
    `1 ${uuid} 42 12`,
    `1 ${uuid} 42 12 7 8`,
    `1 ${uuid} 42 12 -7`,
    `1 ${uuid} 42 12 7e1`,
    `1 ${uuid} 42 12 07`,
    `1 ${uuid} 42 12 99999999999999999999`,
    `1  ${uuid} 42 12 7`,
  ]) {
    it(`is none in ${JSON.stringify(text.replace(uuid, 'UUID'))}`, () => {
      expect(readClaim({ [LABELS.claim]: text }, uuid, 42)).to.equal(null);
    });
  }

  it('is none without a label or a value', () => {
    expect(readClaim({}, uuid, 42)).to.equal(null);
    expect(readClaim({ [LABELS.claim]: null }, uuid, 42)).to.equal(null);
  });
});

describe('pins', () => {
  const readText = (text: string) => [...readPins({ [LABELS.pins]: text })];

  it('read back what was written, sorted by tag', () => {
    const pins = new Map([
      ['latest', 'sha256:9b1c'],
      ['1.0', '-'],
    ]);

    const text = formatPins(pins);

    expect(text).to.equal('1.0=- latest=sha256:9b1c');
    expect(readText(text)).to.deep.equal([
      ['1.0', '-'],
      ['latest', 'sha256:9b1c'],
    ]);
  });

  for (const tag of ['a,b', '(x)', 'a b', 'a=b', 'ü', '100%', '%0041', '\u0000\n', '😀', '\ud83d', '']) {
    it(`survive the tag ${JSON.stringify(tag)}`, () => {
      const text = formatPins(new Map([[tag, '-']]));

      expect(text).to.match(/^[A-Za-z0-9._:%=-]*$/);
      expect(readText(text)).to.deep.equal([[tag, '-']]);
    });
  }

  it('drop what cannot be read, entry by entry', () => {
    const text = 'a=sha256:12 b c= d=x =e==- f=sha256:XYZ g=- h=sha256:';

    expect(readText(text)).to.deep.equal([
      ['a', 'sha256:12'],
      ['g', '-'],
    ]);
  });

  it('are none without a label or a value', () => {
    expect([...readPins({})]).to.deep.equal([]);
    expect([...readPins({ [LABELS.pins]: null })]).to.deep.equal([]);
    expect(readText('')).to.deep.equal([]);
  });
});

describe('other labels', () => {
  it('tell the Katello repository that is filled', () => {
    expect(readOwnedRepositoryId({ [LABELS.repository]: '42' })).to.equal(42);
  });

  for (const labels of [{}, { kpr_repository: null }, { kpr_repository: '' }, { kpr_repository: '4x' }]) {
    it(`tell none in ${JSON.stringify(labels)}`, () => {
      expect(readOwnedRepositoryId(labels)).to.equal(null);
    });
  }

  it('tell whether the orphan cleanup keeps away', () => {
    expect(isProtected({ katello_orphan_cleanup: 'false' })).to.equal(true);
    expect(isProtected({ katello_orphan_cleanup: 'true' })).to.equal(false);
    expect(isProtected({})).to.equal(false);
  });
});

describe('isOurs', () => {
  const name = 'kpr.push/acme/api';
  const pushed = { name, base_path: name, repository: '/repositories/1/', repository_version: null };

  it('is true for what a push makes, its first one too', () => {
    expect(isOurs(pushed, name)).to.equal(true);
  });

  const others = {
    'of another name': { ...pushed, name: 'other' },
    'at another path': { ...pushed, base_path: 'kpr.push/acme/other' },
    'that serves nothing': { ...pushed, repository: null },
    'that serves a fixed version': { ...pushed, repository: null, repository_version: '/repositories/1/versions/2/' },
    'of a pull-through cache': { ...pushed, remote: '/remotes/1/' },
    'that was taken over by a push': { ...pushed, repository_version: '/repositories/1/versions/2/' },
  };
  for (const [what, distribution] of Object.entries(others)) {
    it(`is false for one ${what}`, () => {
      expect(isOurs(distribution, name)).to.equal(false);
    });
  }

  it('is false when the repository has another name', () => {
    expect(isOurs(pushed, 'acme-api-42')).to.equal(false);
  });
});
