import { expect } from 'chai';
import { type FrontLab, startFrontLab } from '../../support/front-lab.ts';

describe('a token for a push that names no product', () => {
  let front: FrontLab;

  afterEach(() => front.close());

  const push = (as: string, path: string) => front.ask({ as, scopes: [`repository:${path}:pull,push`] });
  const productsOf = async () => (await front.inventory()).filter((name) => name === 'Container Push');

  it('makes the push product of the organization, with two calls as the user', async () => {
    front = await startFrontLab();

    const { access } = await push('dev', 'acme/api');

    expect(access).to.deep.equal(['kpr.push/acme/api:pull,push']);
    expect(await productsOf()).to.have.lengthOf(1);
    expect(front.userCalls.map(({ url }) => url.replace(/\d+\?/, 'ID?'))).to.deep.equal([
      '/api/v2/permissions/current_permissions?organization_id=1',
      '/katello/api/v2/products/ID?organization_id=1',
    ]);
  });

  it('makes it once, however many tokens are asked for at once', async () => {
    front = await startFrontLab();

    const told = await Promise.all(Array.from({ length: 30 }, (_, n) => push('dev', `acme/api${n}`)));

    expect(told.map(({ status }) => status)).to.deep.equal(told.map(() => 200));
    expect(await productsOf()).to.have.lengthOf(1);
  });

  it('waits while another process makes it', async () => {
    let isHeld = true;
    front = await startFrontLab({
      wrapFront: (deps) => ({
        ...deps,
        delay: async () => {
          isHeld = false;
        },
      }),
      wrapReconcile: (deps) => ({
        ...deps,
        acquireLease: async (name, ttlMs) => (isHeld ? null : deps.acquireLease(name, ttlMs)),
      }),
    });

    expect((await push('dev', 'acme/api')).status).to.equal(200);
    expect(await productsOf()).to.have.lengthOf(1);
  });

  for (const [who, as, path] of [
    ['may only look', 'viewer', 'acme/api'],
    ['may push to another organization only', 'other', 'acme/api'],
    ['is not known', 'nobody', 'acme/api'],
    ['may push to another organization only, by id', 'other', 'id/1/api'],
  ] as const) {
    it(`makes nothing for one who ${who}`, async () => {
      front = await startFrontLab();
      const before = await front.inventory();

      const { status } = await push(as, path);

      expect(status).to.equal(401);
      expect(await front.inventory()).to.deep.equal(before);
      expect(front.lab.calls.katello.every(({ method }) => method === 'GET')).to.equal(true);
    });
  }

  it('makes nothing for a name that is none', async () => {
    front = await startFrontLab();

    await Promise.all(
      ['acme/a%2fb', 'acme/UPPER', 'acme/..', `acme/${'a'.repeat(300)}`].map((path) => push('dev', path)),
    );

    expect(await productsOf()).to.deep.equal([]);
  });

  it('asks the user for the right to the product that was just made, too', async () => {
    front = await startFrontLab();
    const roles = [
      { name: 'web only', permissions: ['view_products', 'sync_products'], productIds: [1], organizationIds: null },
    ];
    await front.changeUser('dev', { roles });

    const { reason } = await push('dev', 'acme/api');

    expect(reason).to.equal('permission-missing');
    expect(front.granted).to.deep.equal([]);
  });

  it('is refused where none may be made, and works with one that is there', async () => {
    front = await startFrontLab({ settings: { mayCreatePushProduct: false } });

    const { message } = await push('dev', 'acme/api');
    await front.create('products', { organization_id: 1, name: 'Container Push' });
    const { status } = await push('dev', 'acme/api');

    expect(message).to.equal('acme has no Container Push (create it)');
    expect(status).to.equal(200);
  });
});
