import { expect } from 'chai';
import { type FrontLab, startFrontLab } from '../../support/front-lab.ts';

describe('a token for a push', () => {
  let front: FrontLab;

  beforeEach(async () => {
    front = await startFrontLab();
  });
  afterEach(() => front.close());

  const push = (as: string | undefined, path: string) =>
    front.ask({ ...(as !== undefined && { as }), scopes: [`repository:${path}:pull,push`] });

  it('goes to a user who may sync the product, with pull, for the name that Pulp knows', async () => {
    const { status, access } = await push('dev', 'acme/web/api');

    expect({ status, access }).to.deep.equal({ status: 200, access: ['kpr.push/acme/web/api:pull,push'] });
    expect(front.granted).to.deep.equal([{ path: 'acme/web/api', login: 'dev' }]);
    expect(front.outcomes).to.deep.equal(['granted']);
  });

  it('is the same for every spelling of the name', async () => {
    const { access } = await push('dev', 'kpr.push/acme/web/api');
    const byId = await push('dev', 'id/1/1/api');

    expect(access).to.deep.equal(['kpr.push/acme/web/api:pull,push']);
    expect(byId.access).to.deep.equal(['kpr.push/id/1/1/api:pull,push']);
  });

  it('costs one call to Katello as the user, and none as kpr once the directory is known', async () => {
    await push('dev', 'acme/web/api');
    front.lab.calls.katello.length = 0;
    front.userCalls.length = 0;

    await push('dev', 'acme/web/other');

    expect(front.userCalls.map(({ url }) => url)).to.deep.equal(['/katello/api/v2/products/1?organization_id=1']);
    expect(front.lab.calls.katello).to.deep.equal([]);
  });

  it('goes to a personal access token in place of the password', async () => {
    await front.changeUser('dev', { tokens: [{ value: 'token-of-dev', expiresAt: null }] });

    const { status } = await front.ask({
      as: 'dev',
      password: 'token-of-dev',
      scopes: ['repository:acme/web/api:push'],
    });

    expect(status).to.equal(200);
  });

  for (const [who, as, reason] of [
    ['one who may only look', 'viewer', 'permission-missing'],
    ['one of another organization', 'other', 'permission-missing'],
    ['one whose account is disabled', 'disabled', 'bad-credentials'],
    ['one whom Katello does not know', 'nobody', 'bad-credentials'],
  ] as const) {
    it(`is refused to ${who}`, async () => {
      const before = await front.inventory();

      const told = await push(as, 'acme/web/api');

      expect([told.status, told.reason]).to.deep.equal([401, reason]);
      expect(front.granted).to.deep.equal([]);
      expect(await front.inventory()).to.deep.equal(before);
    });
  }

  it('tells what is missing', async () => {
    const { message } = await push('viewer', 'acme/web/api');

    expect(message).to.equal(
      'viewer may not push to acme/web/api (needs view_products and sync_products there, and membership of acme)',
    );
  });

  for (const [path, reason] of [
    ['acme', 'bad-name'],
    ['nobody/web/api', 'unknown-organization'],
    ['id/99/web', 'unknown-organization'],
    ['acme/nothing/api', 'unknown-product'],
    ['acme/web/foo__bar', 'name-refused'],
  ] as const) {
    it(`is refused for ${path} as ${reason}, to those who proved who they are`, async () => {
      expect((await push('dev', path)).reason).to.equal(reason);
    });

    it(`tells nothing about ${path} to a wrong login`, async () => {
      const { reason: told } = await front.ask({ as: 'dev', password: 'x', scopes: [`repository:${path}:push`] });

      expect(told).to.equal('bad-credentials');
    });
  }

  it('finds what was made a moment ago', async () => {
    expect((await push('dev', 'acme/late/api')).reason).to.equal('unknown-product');
    await front.create('products', { organization_id: 1, name: 'late' });

    expect((await push('dev', 'acme/late/api')).status).to.equal(200);
  });

  it('refuses two labels that differ only in case, and names the form with ids', async () => {
    await front.create('organizations', { name: 'Second', label: 'ACME' });
    await front.changeUser('kpr', { organizationIds: [1, 2, 3] });

    const { message } = await push('admin', 'acme/web/api');
    const byId = await push('admin', 'id/1/web');

    expect(message).to.equal('acme fits ids 1, 3 (push to id/…)');
    expect(byId.status).to.equal(200);
  });

  it('is empty, and no error, for somebody without credentials', async () => {
    const { status, access } = await push(undefined, 'acme/web/api');

    expect({ status, access }).to.deep.equal({ status: 200, access: [] });
    expect([front.outcomes, front.userCalls]).to.deep.equal([['anonymous'], []]);
  });

  it('is empty for a login without a scope, once the login is proved', async () => {
    const right = await front.ask({ as: 'dev' });
    const wrong = await front.ask({ as: 'dev', password: 'x' });

    expect([right.status, right.access, wrong.reason]).to.deep.equal([200, [], 'bad-credentials']);
    expect(front.userCalls.map(({ url }) => url)).to.deep.equal(['/api/v2/current_user', '/api/v2/current_user']);
  });

  it('never names the catalog', async () => {
    const { access } = await front.ask({ as: 'admin', scopes: ['registry:catalog:*'] });

    expect(access).to.deep.equal([]);
  });

  it('is refused as a whole when one of two pushes is', async () => {
    const scopes = ['repository:acme/web/api:push', 'repository:globex/api:push'];

    const told = await front.ask({ as: 'dev', scopes });

    expect([told.reason, front.granted]).to.deep.equal(['permission-missing', []]);
  });
});

describe('organizations that are allowed and denied', () => {
  let front: FrontLab;

  afterEach(() => front.close());

  const push = (path: string) => front.ask({ as: 'admin', scopes: [`repository:${path}:push`] });

  it('keeps pushes out of an organization that is not allowed', async () => {
    front = await startFrontLab({ settings: { organizationsAllow: ['acme'] } });

    expect((await push('acme/web/api')).status).to.equal(200);
    expect((await push('globex/api')).message).to.equal('pushes to globex are off (ask the admin)');
  });

  it('lets a denied one go before an allowed one', async () => {
    front = await startFrontLab({ settings: { organizationsAllow: ['acme'], organizationsDeny: ['acme'] } });

    expect((await push('acme/web/api')).reason).to.equal('organization-excluded');
  });
});
