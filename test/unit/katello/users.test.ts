import { expect } from 'chai';
import { HttpStatusError, ReactorError } from '../../../lib/errors.ts';
import { createHttpClient } from '../../../lib/http/client.ts';
import { createKatelloUsers, type User } from '../../../lib/katello/users.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';

const ALICE: User = { login: 'alice', password: 'canary-2b81', address: '192.0.2.7' };
const WEB = { id: 7, organizationId: 3 };
const SHOW = 'GET /katello/api/v2/products/7';
const PERMISSIONS = 'GET /api/v2/permissions/current_permissions';

describe('createKatelloUsers', () => {
  let server: HttpServer;

  beforeEach(async () => {
    server = await startHttpServer();
  });
  afterEach(() => server.finish());

  const users = (path = '') =>
    createKatelloUsers(
      createHttpClient({
        system: 'katello',
        baseUrl: `${server.url}${path}`,
        credentials: () => ({ kind: 'none' }),
        userAgent: 'kpr/1.2.3',
        maxRetries: 0,
      }),
    );
  const failing = (call: Promise<unknown>) =>
    call.then(
      () => expect.fail('the call did not fail'),
      (error: unknown) => error,
    );
  const product = (sync: boolean) => ({ json: { id: 7, permissions: { view_products: true, sync_products: sync } } });

  it('asks as the user, from the address of the user, within the organization', async () => {
    server.expect(SHOW, product(true));

    expect(await users().readProductRights(ALICE, WEB)).to.deep.equal({ maySync: true });

    const [asked] = server.received;
    expect(asked?.headers.authorization).to.equal(`Basic ${Buffer.from('alice:canary-2b81').toString('base64')}`);
    expect(asked?.headers['x-forwarded-for']).to.equal('192.0.2.7');
    expect(asked?.query).to.deep.equal({ organization_id: '3' });
  });

  it('keeps no cookie, which Katello would believe more than the credentials', async () => {
    const cookie = { 'set-cookie': '_session_id=0123456789abcdef; path=/; HttpOnly' };
    server.expect(SHOW, { ...product(true), headers: cookie });
    server.expect(SHOW, product(false));
    const asking = users();

    await asking.readProductRights(ALICE, WEB);
    await asking.readProductRights({ ...ALICE, login: 'bob' }, WEB);

    expect(server.received[1]?.headers.cookie).to.equal(undefined);
  });

  it('finds Foreman under the path of the base URL', async () => {
    server.expect('GET /foreman/katello/api/v2/products/7', product(false));
    server.expect('GET /foreman/api/v2/current_user', { json: {} });

    expect(await users('/foreman').readProductRights(ALICE, WEB)).to.deep.equal({ maySync: false });
    expect(await users('/foreman').isAuthentic(ALICE)).to.equal(true);
  });

  for (const [status, meaning] of [
    [400, 'hidden'],
    [401, 'unauthenticated'],
    [403, 'hidden'],
    [404, 'hidden'],
  ] as const) {
    it(`takes ${status} for ${meaning}`, async () => {
      server.expect(SHOW, { status, json: { error: { message: 'no' } } });
      server.expect(PERMISSIONS, { status, json: { message: 'no' } });

      expect(await users().readProductRights(ALICE, WEB)).to.equal(meaning);
      expect(await users().readPermissions(ALICE, 3)).to.equal(meaning);
    });
  }

  it('names the permissions held, asked within the organization', async () => {
    const results = [{ name: 'view_products' }, { name: 'sync_products' }, { name: 'sync_products' }];
    server.expect(PERMISSIONS, { json: { total: 3, results } });

    expect(await users().readPermissions(ALICE, 3)).to.deep.equal(new Set(['view_products', 'sync_products']));
    expect(server.received[0]?.query).to.deep.equal({ organization_id: '3' });
  });

  it('knows a wrong login', async () => {
    server.expect('GET /api/v2/current_user', { status: 401, json: { error: { message: 'Unable to authenticate' } } });

    expect(await users().isAuthentic(ALICE)).to.equal(false);
  });

  for (const [what, reply] of [
    ['an error of Katello', { status: 500, json: { message: 'oops' } }],
    ['the page of a web server in front', { status: 404, text: '<html>Not Found</html>' }],
    ['an answer that says nothing of permissions', { json: { id: 7 } }],
  ] as const) {
    it(`takes ${what} for no answer`, async () => {
      server.expect(SHOW, reply);

      const error = await failing(users().readProductRights(ALICE, WEB));

      expect(error).to.be.instanceOf(ReactorError);
      expect(String(error)).not.to.include('canary-2b81');
    });
  }

  it('cannot exclude a counted failure unless the request was turned away unread', async () => {
    const refused = (status: number) =>
      new HttpStatusError({ system: 'katello', method: 'GET', url: '/', status, detail: '', retryAfterSeconds: null });
    server.expect(SHOW, (response) => response.destroy());

    const asking = users();

    const cut = await failing(asking.readProductRights(ALICE, WEB));

    const counted = [cut, refused(500), refused(503)].map((error) => asking.mayHaveCounted(error));
    expect(counted).to.deep.equal([true, true, false]);
  });
});
