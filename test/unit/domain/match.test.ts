import { expect } from 'chai';
import {
  checkOrganization,
  checkOwner,
  checkTarget,
  matchOrganization,
  matchProduct,
  matchRepository,
  type Row,
  type TargetRow,
} from '../../../lib/domain/match.ts';
import { parsePushPath } from '../../../lib/domain/path.ts';
import { RefusedError } from '../../../lib/errors.ts';

function refusalOf(act: () => unknown): Pick<RefusedError, 'reason' | 'details'> {
  try {
    act();
  } catch (error) {
    if (error instanceof RefusedError) return { reason: error.reason, details: error.details };
    throw error;
  }
  throw new Error('nothing was refused');
}

const row = (id: number, label: string, name = label): Row => ({ id, name, label });

describe('matchOrganization', () => {
  const organizations = [row(1, 'ACME'), row(2, 'Beta'), row(3, 'beta')];

  it('finds a label whatever its case', () => {
    expect(matchOrganization(organizations, parsePushPath('acme/api')).id).to.equal(1);
  });

  it('finds an id', () => {
    expect(matchOrganization(organizations, parsePushPath('id/3/api')).label).to.equal('beta');
  });

  it('refuses a label that no organization has', () => {
    expect(refusalOf(() => matchOrganization(organizations, parsePushPath('gamma/api')))).to.deep.equal({
      reason: 'unknown-organization',
      details: { org: 'gamma' },
    });
  });

  it('refuses an id that no organization has', () => {
    expect(refusalOf(() => matchOrganization(organizations, parsePushPath('id/9/api'))).details).to.deep.equal({
      org: 'id/9',
    });
  });

  it('refuses a label that fits two, naming both ids', () => {
    expect(refusalOf(() => matchOrganization(organizations, parsePushPath('beta/api')))).to.deep.equal({
      reason: 'ambiguous-label',
      details: { label: 'beta', a: '2', b: '3' },
    });
  });
});

describe('checkOrganization', () => {
  const rules = (allow: string[], deny: string[]) => ({ organizationsAllow: allow, organizationsDeny: deny });
  const excluded = { reason: 'organization-excluded', details: { org: 'ACME' } };

  it('allows all where none is named, and those that are named whatever their case', () => {
    checkOrganization(row(1, 'ACME'), rules([], []));
    checkOrganization(row(1, 'ACME'), rules(['acme'], ['beta']));
  });

  it('refuses one that is not named, and one that is denied', () => {
    expect(refusalOf(() => checkOrganization(row(1, 'ACME'), rules(['beta'], [])))).to.deep.equal(excluded);
    expect(refusalOf(() => checkOrganization(row(1, 'ACME'), rules(['acme'], ['acme'])))).to.deep.equal(excluded);
  });
});

describe('checkOwner', () => {
  const distribution = (basePath: string, repository: string | null = '/pulp/1/') => ({
    name: basePath,
    base_path: basePath,
    repository,
    repository_version: null,
  });

  it('refuses a path while another one has the label', () => {
    const check = () => checkOwner(distribution('kpr.push/acme/api'), 42, 'id/3/api', 'kpr.push');

    expect(refusalOf(check)).to.deep.equal({ reason: 'other-owner', details: { other: 'acme/api', id: '42' } });
  });

  it('passes the owner itself, what serves nothing, and what is not under the prefix', () => {
    checkOwner(distribution('kpr.push/acme/api'), 42, 'acme/api', 'kpr.push');
    checkOwner(distribution('kpr.push/acme/api', null), 42, 'id/3/api', 'kpr.push');
    checkOwner(distribution('acme/api'), 42, 'id/3/api', 'kpr.push');
  });
});

describe('matchProduct', () => {
  const push = 'Container Push';
  const path = parsePushPath('acme/web/api');
  const pushPath = parsePushPath('acme/api');

  it('finds a label whatever its case', () => {
    expect(matchProduct([row(5, 'other'), row(7, 'Web', 'The web')], path, push)).to.deep.equal({
      id: 7,
      label: 'Web',
      name: 'The web',
      twins: [],
    });
  });

  it('finds an id', () => {
    expect(matchProduct([row(5, 'web'), row(7, 'x')], parsePushPath('id/3/7/api'), push)?.label).to.equal('x');
  });

  it('refuses a product that is not there', () => {
    expect(refusalOf(() => matchProduct([], path, push))).to.deep.equal({
      reason: 'unknown-product',
      details: { org: 'acme', product: 'web', name: 'api' },
    });
    expect(refusalOf(() => matchProduct([], parsePushPath('id/3/7/api'), push)).details).to.deep.equal({
      org: 'id/3',
      product: 'id/7',
      name: 'api',
    });
  });

  it('refuses a label that fits two, naming both ids', () => {
    expect(refusalOf(() => matchProduct([row(9, 'web'), row(8, 'Web')], path, push))).to.deep.equal({
      reason: 'ambiguous-label',
      details: { label: 'web', a: '8', b: '9' },
    });
  });

  it('takes the lowest id of twins and names the others', () => {
    const twins = [row(12, 'web'), row(9, 'web'), row(10, 'web')];

    const match = matchProduct(twins, path, push);

    expect(match?.id).to.equal(9);
    expect(match?.twins).to.deep.equal([10, 12]);
  });

  it('finds the push product by its exact name first', () => {
    const products = [row(5, 'Container_Push', 'Renamed'), row(6, 'cp', push)];

    expect(matchProduct(products, pushPath, push)?.id).to.equal(6);
  });

  it('finds a renamed push product by the label that it kept', () => {
    expect(matchProduct([row(5, 'Container_Push', 'Renamed')], pushPath, push)?.id).to.equal(5);
  });

  it('says nothing of a push product that is not there yet', () => {
    expect(matchProduct([row(5, 'web')], pushPath, push)).to.equal(null);
  });

  it('finds a push product by name alone where its label is made up', () => {
    expect(matchProduct([row(5, 'a-uuid', 'Behälter')], pushPath, 'Behälter')?.id).to.equal(5);
    expect(matchProduct([row(5, 'a-uuid')], pushPath, 'Behälter')).to.equal(null);
  });
});

describe('matchRepository', () => {
  it('finds a name whatever its case', () => {
    expect(matchRepository([row(4, 'x', 'Api')], 'api')?.id).to.equal(4);
  });

  it('says nothing of a repository that is not there yet', () => {
    expect(matchRepository([row(4, 'web')], 'api')).to.equal(null);
  });

  it('takes the lowest id of twins and names the others', () => {
    const match = matchRepository([row(43, 'api'), row(42, 'api')], 'api');

    expect({ id: match?.id, twins: match?.twins }).to.deep.equal({ id: 42, twins: [43] });
  });

  it('refuses names that differ in case only', () => {
    expect(refusalOf(() => matchRepository([row(4, 'api'), row(5, 'Api')], 'api')).reason).to.equal('ambiguous-label');
  });

  it('refuses a name whose label another one has', () => {
    expect(refusalOf(() => matchRepository([row(4, 'Team_api', 'team.api')], 'team/api'))).to.deep.equal({
      reason: 'label-taken',
      details: { other: 'team.api', label: 'Team_api' },
    });
  });

  it('cannot tell for a name whose label Katello makes up', () => {
    expect(matchRepository([row(4, 'x')], 'a'.repeat(200))).to.equal(null);
  });
});

describe('checkTarget', () => {
  const path = parsePushPath('acme/web/api');
  const usual: TargetRow = {
    url: null,
    is_container_push: false,
    version_href: '/pulp/api/v3/repositories/container/container/0198/versions/3/',
    container_repository_name: 'acme/web/api',
    relative_path: 'acme-web-api',
  };
  const check = (change: Partial<TargetRow>) => () => checkTarget({ ...usual, ...change }, path, 'katello.example.com');

  it('takes a repository without url', () => {
    expect(check({})).to.not.throw();
    expect(check({ url: '' })).to.not.throw();
  });

  it('refuses one that is synced from a url', () => {
    expect(refusalOf(check({ url: 'https://quay.example.com' }))).to.deep.equal({
      reason: 'synced-repository',
      details: { path: 'acme/web/api', url: 'https://quay.example.com' },
    });
  });

  it("refuses one that Katello's own push made", () => {
    expect(refusalOf(check({ is_container_push: true }))).to.deep.equal({
      reason: 'native-push-repository',
      details: { path: 'acme/web/api', katelloHost: 'katello.example.com' },
    });
  });

  describe('where Katello does not say who made it', () => {
    const silent = { is_container_push: undefined };

    it('takes an ordinary one, of 4.15 and before too', () => {
      expect(check(silent)).to.not.throw();
      expect(check({ ...silent, container_repository_name: 'acme-web-api' })).to.not.throw();
      expect(
        check({ ...silent, version_href: null, container_repository_name: null, relative_path: null }),
      ).to.not.throw();
    });

    it('tells a native one by its two equal paths', () => {
      expect(refusalOf(check({ ...silent, relative_path: 'acme/web/api' })).reason).to.equal('native-push-repository');
    });

    it('tells a native one by the type of its Pulp repository', () => {
      const href = '/pulp/api/v3/repositories/container/container-push/0198/versions/3/';

      expect(refusalOf(check({ ...silent, version_href: href })).reason).to.equal('native-push-repository');
    });
  });
});
