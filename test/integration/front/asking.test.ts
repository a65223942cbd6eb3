import { expect } from 'chai';
import { createHttpClient } from '../../../lib/http/client.ts';
import { createKatelloUsers } from '../../../lib/katello/users.ts';
import { type FrontLab, type FrontLabOptions, startFrontLab } from '../../support/front-lab.ts';
import { startHttpServer } from '../../support/http-server.ts';

const PUSH = ['repository:acme/web/api:pull,push'];

describe('asking Katello', () => {
  let front: FrontLab;

  afterEach(() => front.close());

  const start = async (options: FrontLabOptions = {}) => {
    front = await startFrontLab(options);
    return front;
  };
  const push = (as = 'dev', password?: string) =>
    front.ask({ as, scopes: PUSH, ...(password !== undefined && { password }) });

  it('is done once for equal requests at one moment', async () => {
    await start();

    const told = await Promise.all(Array.from({ length: 20 }, () => push()));

    expect(told.map(({ status }) => status)).to.deep.equal(told.map(() => 200));
    expect(front.userCalls).to.have.lengthOf(1);
    expect(new Set(told.map(({ token }) => token)).size).to.equal(20);
  });

  it('is not done again while a yes is kept, and each token is a hint all the same', async () => {
    await start({ front: { cacheMs: 30_000 } });

    await push();
    front.passMs(29_000);
    await push();
    expect(front.userCalls).to.have.lengthOf(1);
    front.passMs(2000);
    await push();

    expect(front.userCalls).to.have.lengthOf(2);
    expect(front.granted).to.have.lengthOf(3);
  });

  it('keeps a yes for these credentials and this name only', async () => {
    await start();
    await push();

    const wrong = await push('dev', 'wrong');
    const other = await front.ask({ as: 'dev', scopes: ['repository:acme/web/other:push'] });
    const viewer = await push('viewer');

    expect([wrong.reason, other.status, viewer.reason]).to.deep.equal(['bad-credentials', 200, 'permission-missing']);
    expect(front.userCalls).to.have.lengthOf(4);
  });

  it('keeps no answer that left something out', async () => {
    await start();
    const scopes = ['repository:globex/api:pull'];
    const pull = () => front.ask({ as: 'dev', scopes });
    await front.create('products', { organization_id: 2, name: 'Container Push' });
    expect((await pull()).access).to.deep.equal([]);
    const roles = [{ name: 'r', permissions: ['view_products'], productIds: null, organizationIds: null }];

    await front.changeUser('dev', { roles, organizationIds: [1, 2] });

    expect((await pull()).access).to.deep.equal(['kpr.push/globex/api:pull']);
  });

  it('keeps no refusal: a right that was given works at once', async () => {
    await start();
    await push('viewer');
    const roles = [
      { name: 'r', permissions: ['view_products', 'sync_products'], productIds: null, organizationIds: null },
    ];

    await front.changeUser('viewer', { roles });

    expect((await push('viewer')).status).to.equal(200);
  });

  it('is not done again for a password that was wrong a moment ago', async () => {
    await start();

    for (let n = 0; n < 10; n++) expect((await push('dev', 'wrong')).reason).to.equal('bad-credentials');
    expect(front.userCalls).to.have.lengthOf(1);
    front.passMs(61_000);
    await push('dev', 'wrong');

    expect(front.userCalls).to.have.lengthOf(2);
  });

  it('carries the address of the client', async () => {
    const seen: (string | undefined)[] = [];
    const server = await startHttpServer();
    server.expect('GET /katello/api/v2/products/1', (response, { headers }) => {
      seen.push(String(headers['x-forwarded-for']));
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ permissions: { sync_products: true } }));
    });
    const http = createHttpClient({
      system: 'katello',
      baseUrl: server.url,
      credentials: () => ({ kind: 'none' }),
      userAgent: 'kpr/test',
      maxRetries: 0,
    });
    await start({ wrapFront: (deps) => ({ ...deps, users: createKatelloUsers(http) }) });

    const { status } = await front.ask({ as: 'dev', scopes: PUSH, from: '203.0.113.9' });
    await server.finish();

    expect(status).to.equal(200);
    expect(seen).to.deep.equal(['203.0.113.9']);
  });

  describe('in vain', () => {
    for (const [what, fault] of [
      ['an error', { status: 500, contentType: 'application/json', body: '{"message":"oops"}' }],
      ['a page of the web server in front', { status: 502 }],
      ['a page in place of the product', { status: 200 }],
      ['a page that says not found', { status: 404 }],
      ['a cut connection', { status: 0 }],
    ] as const) {
      it(`because of ${what} grants nothing, and says that it is not the user's fault`, async () => {
        await start();
        await front.control('/faults/answer', { path: '/katello/api/v2/products/1', ...fault });

        const { status, message } = await push();

        expect([status, message]).to.deep.equal([503, 'katello does not answer (try again later)']);
        expect([front.granted, front.outcomes]).to.deep.equal([[], ['error']]);
      });
    }

    it('is not remembered', async () => {
      await start();
      await front.control('/faults/answer', { path: '/katello/api/v2/products/1', status: 503 });

      expect((await push()).status).to.equal(503);
      expect((await push()).status).to.equal(200);
    });

    it("says so when kpr's own account is refused", async () => {
      await start();
      await front.changeUser('kpr', { password: 'changed' });

      const { status, message } = await push();

      expect([status, message]).to.deep.equal([503, "katello refuses kpr's account (tell the admin)"]);
    });

    it('of Pulp grants nothing either', async () => {
      await start();
      front.lab.fakePulp.intercept(() => ({ status: 503 }));

      expect((await push()).message).to.equal('pulp does not answer (try again later)');
    });

    it('with what Katello takes for no answer never turns into a yes by repeating', async () => {
      await start();
      await front.control('/faults/answer', { path: '/katello/api/v2/products/1', status: 500, times: 5 });

      const told = await Promise.all(Array.from({ length: 5 }, () => push()));

      expect(told.map(({ status }) => status)).to.deep.equal(told.map(() => 503));
    });
  });
});

describe('a server that closes', () => {
  it('does not wait for Katello', async () => {
    let isAsked: () => void = () => undefined;
    const asked = new Promise<void>((resolve) => {
      isAsked = resolve;
    });
    const front = await startFrontLab({
      wrapFront: (deps) => ({
        ...deps,
        users: {
          ...deps.users,
          readProductRights: async (_user, _product, signal) => {
            isAsked();
            await new Promise((_resolve, reject) => {
              signal?.addEventListener('abort', () => reject(new DOMException('gone', 'AbortError')));
            });
            return 'hidden';
          },
        },
      }),
    });

    const told = front.ask({ as: 'dev', scopes: PUSH });
    await asked;
    await front.close();

    expect((await told).status).to.equal(503);
  });
});
