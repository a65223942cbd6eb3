import { expect } from 'chai';
import { katelloLabel, refusedContainerName } from '../../../lib/domain/label.ts';

describe('katelloLabel', () => {
  it('turns each run of other characters into one underscore', () => {
    expect(katelloLabel('a. /b')).to.equal('a_b');
  });

  it('keeps case, and repeated underscores and dashes', () => {
    expect(katelloLabel('A__b--C')).to.equal('A__b--C');
  });

  it('knows no label for a name that is not ASCII', () => {
    expect(katelloLabel('straße')).to.equal(null);
  });

  it('knows no label for a name of more than 128 characters', () => {
    expect(katelloLabel('a'.repeat(128))).to.equal('a'.repeat(128));
    expect(katelloLabel('a'.repeat(129))).to.equal(null);
  });
});

describe('refusedContainerName', () => {
  const labels = (repository: string | null, product: string | null = 'containers') => ({
    organization: 'ACME',
    product,
    repository,
  });

  it('names what Katello from 4.17 on would refuse', () => {
    expect(refusedContainerName(labels('a--b'), '4.17.0')).to.equal('acme/containers/a--b');
  });

  it('takes the same name up to Katello 4.16', () => {
    expect(refusedContainerName(labels('a--b'), '4.16.2')).to.equal(null);
  });

  it('joins by slashes from 4.16 on, so that a part may not begin with an underscore', () => {
    expect(refusedContainerName(labels('app', '_x'), '4.16.0')).to.equal('acme/_x/app');
    expect(refusedContainerName(labels('app', '_x'), '4.15.0')).to.equal(null);
  });

  it('takes labels that Katello makes up', () => {
    expect(refusedContainerName(labels(null, null), '5.0.1')).to.equal(null);
  });

  it('refuses more than 255 characters', () => {
    const long = labels('a'.repeat(128), 'b'.repeat(128));

    expect(refusedContainerName(long, '5.0.1')?.length).to.equal(262);
  });

  it('reads versions with anything behind the numbers', () => {
    expect(refusedContainerName(labels('a--b'), '5.1.0-master')).to.not.equal(null);
    expect(refusedContainerName(labels('a--b'), '4.17')).to.not.equal(null);
    expect(refusedContainerName(labels('a--b'), '10.0.0')).to.not.equal(null);
  });

  it('foretells nothing for a version it cannot read', () => {
    expect(refusedContainerName(labels('a--b'), 'nightly')).to.equal(null);
  });
});
