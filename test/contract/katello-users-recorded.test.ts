import { expect } from 'chai';
import { createHttpClient } from '../../lib/http/client.ts';
import { createKatelloUsers, type KatelloUsers } from '../../lib/katello/users.ts';
import { type HttpServer, startHttpServer } from '../support/http-server.ts';
import { KATELLO_VERSIONS, readRecorded, replay } from '../support/recorded/recorded.ts';

const USER = { login: 'pusher', password: 'not a real password', address: '192.0.2.1' };
/** Ids of the product on the machines that were recorded. */
const PRODUCTS = { '4.14.3': 3, '5.0.1': 4 };

for (const version of KATELLO_VERSIONS) {
  describe(`createKatelloUsers, on answers of Katello ${version}`, () => {
    const recorded = readRecorded(version);
    const product = { id: PRODUCTS[version], organizationId: 1 };
    let server: HttpServer;
    let users: KatelloUsers;

    beforeEach(async () => {
      server = await startHttpServer();
      users = createKatelloUsers(
        createHttpClient({
          system: 'katello',
          baseUrl: server.url,
          credentials: () => ({ kind: 'none' }),
          userAgent: 'kpr/1.2.3',
          maxRetries: 0,
        }),
      );
    });
    afterEach(() => server.finish());

    for (const [name, meaning] of [
      ['product-of-pusher', { maySync: true }],
      ['product-of-viewer', { maySync: false }],
      ['product-unseen', 'hidden'],
      ['product-of-stranger', 'hidden'],
    ] as const) {
      it(`takes ${name} for ${JSON.stringify(meaning)}, and asks as was asked then`, async () => {
        const exchange = recorded(name);
        replay(server, exchange);

        expect(await users.readProductRights(USER, product)).to.deep.equal(meaning);

        const [asked] = server.received;
        const query = new URLSearchParams(asked?.query).toString();
        expect(`${asked?.method} ${asked?.path}?${query}`).to.equal(exchange.request);
      });
    }

    it('takes a product of another organization for hidden', async () => {
      replay(server, recorded('product-elsewhere'));

      expect(await users.readProductRights(USER, { ...product, organizationId: 3 })).to.equal('hidden');
    });

    it('reads the names of permissions', async () => {
      replay(server, recorded('permissions'));

      expect(await users.readPermissions(USER, 1)).to.deep.equal(
        new Set(['view_foreman_tasks', 'view_job_invocations', 'view_products', 'sync_products']),
      );
    });

    it('reads who somebody is, and what they may', async () => {
      replay(server, recorded('current-user'));
      replay(server, recorded('permissions'));

      const account = await users.readAccount(USER);

      expect(account).to.have.keys('login', 'isAdmin', 'organizationIds', 'permissions');
      expect(account).to.deep.include({ isAdmin: false, organizationIds: [1] });
    });

    it('tells a right login from a wrong one', async () => {
      const { status, body } = recorded('bad-credentials');
      replay(server, recorded('current-user'));
      server.expect('GET /api/v2/current_user', { status, json: body });

      expect([await users.isAuthentic(USER), await users.isAuthentic(USER)]).to.deep.equal([true, false]);
    });
  });
}
