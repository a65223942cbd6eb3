import { expect } from 'chai';
import { isOfPath } from '../../../lib/domain/destroyed.ts';
import { parsePushPath } from '../../../lib/domain/path.ts';

const path = parsePushPath('acme/web/team/api');
const acme = { id: 1, name: 'ACME', label: 'ACME' };
const web = { id: 7, name: 'Web', label: 'web' };

describe('a Destroy task of Katello', () => {
  it('is one of the path that it names', () => {
    expect(
      isOfPath({ repository: { name: 'team/api', label: 'team_api' }, product: web, organization: acme }, path),
    ).to.equal(true);
  });

  it('may name a repository that was renamed since, for its label stays', () => {
    expect(isOfPath({ repository: { name: 'other', label: 'team_api' } }, path)).to.equal(true);
  });

  it('may be of the product, or of the organization alone', () => {
    expect(isOfPath({ product: web, organization: acme }, path)).to.equal(true);
    expect(isOfPath({ organization: acme }, path)).to.equal(true);
    expect(isOfPath({}, path)).to.equal(true);
  });

  it('is none of another repository, product or organization that had the id before or after', () => {
    expect(isOfPath({ repository: { name: 'api', label: 'api' }, product: web, organization: acme }, path)).to.equal(
      false,
    );
    expect(isOfPath({ product: { label: 'shop' }, organization: acme }, path)).to.equal(false);
    expect(isOfPath({ organization: { label: 'globex' } }, path)).to.equal(false);
  });

  it('fits ids where the path names ids, and any product where it names none', () => {
    expect(isOfPath({ product: web, organization: acme }, parsePushPath('id/1/7/api'))).to.equal(true);
    expect(isOfPath({ product: web, organization: acme }, parsePushPath('id/1/8/api'))).to.equal(false);
    expect(isOfPath({ product: web, organization: acme }, parsePushPath('id/2/7/api'))).to.equal(false);
    expect(isOfPath({ product: web, organization: acme }, parsePushPath('acme/api'))).to.equal(true);
  });
});
