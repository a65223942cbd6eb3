import { expect } from 'chai';
import { type FrontLab, startFrontLab } from '../../support/front-lab.ts';
import { createImage } from '../../support/image/image.ts';

describe('a token for a pull', () => {
  let front: FrontLab;

  beforeEach(async () => {
    front = await startFrontLab({ front: { cacheMs: 0 } });
    await front.lab.push('acme/web/base', '1', createImage({ seed: 'base' }));
  });
  afterEach(() => front.close());

  const ask = async (as: string, ...scopes: string[]) => {
    const { status, access } = await front.ask({ as, scopes: scopes.map((scope) => `repository:${scope}`) });
    return { status, access };
  };

  describe('alone', () => {
    it('goes to one who may see the product', async () => {
      expect(await ask('viewer', 'acme/web/base:pull')).to.deep.equal({
        status: 200,
        access: ['kpr.push/acme/web/base:pull'],
      });
    });

    it('lets Pulp say what is not there', async () => {
      expect((await ask('viewer', 'acme/web/none:pull')).access).to.deep.equal(['kpr.push/acme/web/none:pull']);
    });

    for (const [what, as, scope] of [
      ['a product of others', 'other', 'acme/web/base:pull'],
      ['a name that is none', 'dev', 'acme/we..b/base:pull'],
      ['an organization that is not there', 'dev', 'nobody/web/base:pull'],
      ['a product that is not there', 'dev', 'acme/none/base:pull'],
      ['a push product that is not there', 'dev', 'acme/base:pull'],
    ] as const) {
      it(`leaves out ${what}, without an error and without making anything`, async () => {
        const before = await front.inventory();

        expect(await ask(as, scope)).to.deep.equal({ status: 200, access: [] });
        expect(await front.inventory()).to.deep.equal(before);
      });
    }

    it('is refused to a wrong login, whatever is asked', async () => {
      for (const scope of ['acme/web/base:pull', 'nobody/x:pull', '..:pull']) {
        const told = await front.ask({ as: 'dev', password: 'x', scopes: [`repository:${scope}`] });

        expect(told.reason).to.equal('bad-credentials');
      }
    });

    it('needs the right to see the product that owns the repository', async () => {
      const product = await front.create('products', { organization_id: 1, name: 'closed' });
      const body = { name: 'base', product_id: product, content_type: 'docker' };
      const repository = await front.create('repositories', body);
      const [distribution] = front.lab.fakePulp.state.distributions.values();
      Object.assign(distribution?.labels ?? {}, { kpr_repository: String(repository) });
      const roles = [{ name: 'web only', permissions: ['view_products'], productIds: [1], organizationIds: null }];
      await front.changeUser('viewer', { roles });

      expect((await ask('viewer', 'acme/web/base:pull')).access).to.deep.equal([]);
    });

    it('gives no hint and no push', async () => {
      await ask('dev', 'acme/web/base:pull');

      expect(front.granted).to.deep.equal([]);
    });
  });

  describe('of what is to be mounted into a push', () => {
    const target = 'acme/web/api:pull,push';
    const granted = 'kpr.push/acme/web/api:pull,push';

    it('is granted for what is there and may be seen, under either name', async () => {
      for (const source of ['acme/web/base:pull', 'kpr.push/acme/web/base:pull']) {
        expect((await ask('dev', target, source)).access).to.deep.equal([granted, 'kpr.push/acme/web/base:pull']);
      }
    });

    it('costs no further call to Katello within one product', async () => {
      await ask('dev', target, 'acme/web/base:pull');

      expect(front.userCalls).to.have.lengthOf(1);
    });

    for (const [what, source] of [
      ['is not there', 'acme/web/none:pull'],
      ["is Katello's own", 'acme/web/api-of-katello:pull'],
      ['is no name', 'UPPER/case:pull'],
      ['belongs to an organization that is not there', 'nobody/web/base:pull'],
    ] as const) {
      it(`is left out where it ${what}, and the push goes on`, async () => {
        expect(await ask('dev', target, source)).to.deep.equal({ status: 200, access: [granted] });
      });
    }

    it('is left out where the user may not see it, and nothing tells that it is there', async () => {
      await front.lab.push('globex/secret', '1', createImage({ seed: 'secret' }));
      await front.create('products', { organization_id: 2, name: 'Container Push' });

      const hidden = await front.ask({
        as: 'dev',
        scopes: [`repository:${target}`, 'repository:globex/secret:pull'],
      });

      expect(hidden.access).to.deep.equal([granted]);
      expect(hidden.text).not.to.include('globex');
    });

    it('is left out where its distribution is foreign', async () => {
      const [distribution] = front.lab.fakePulp.state.distributions.values();
      if (distribution) distribution.name = 'other';

      expect((await ask('dev', target, 'acme/web/base:pull')).access).to.deep.equal([granted]);
    });
  });
});
