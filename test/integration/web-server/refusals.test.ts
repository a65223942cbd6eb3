import { expect } from 'chai';
import { z } from 'zod';
import type { Arrived } from './backend.ts';
import { send } from './client.ts';
import { KINDS, type PushHost, startPushHost } from './push-host.ts';

const Errors = z.object({ errors: z.tuple([z.object({ code: z.string(), message: z.string() })]) });

/** As `code: message`. */
function readOnlyError(body: string): string {
  const [{ code, message }] = Errors.parse(JSON.parse(body)).errors;
  return `${code}: ${message}`;
}

const DIGEST = `sha256:${'ab'.repeat(32)}`;

for (const kind of KINDS) {
  describe(`the push host with ${kind}`, function () {
    this.timeout(20_000); // makes certificates and starts a server
    let server: PushHost;

    before(async () => {
      server = await startPushHost(kind);
    });
    after(() => server?.close());
    beforeEach(() => {
      server.push.arrived.length = 0;
      server.front.arrived.length = 0;
    });

    const urls = (arrived: readonly Arrived[]) => arrived.map(({ url }) => url);
    const nothingArrived = () => [...server.push.arrived, ...server.front.arrived].length === 0;

    describe('refuses, before anything behind it sees it,', () => {
      for (const path of [
        '/v2//acme/api/tags/list',
        '/v2/acme//api/tags/list',
        '//v2/acme/api/tags/list',
        '/v2/acme/../globex/api/tags/list',
        '/v2/acme/./api/tags/list',
        '/v2/acme/api/..',
        '/v2/../token',
        '/v2/acme/%2e%2e/api/tags/list',
        '/v2/acme/%2E/api/tags/list',
        '/v2/acme/.%2e/api/tags/list',
        '/v2/acme%2Fapi/tags/list',
        '/v2/acme%2fapi/tags/list',
        '/v2/kpr.push%2facme/api/tags/list',
        '/extensions/v2/acme%2Fapi/signatures/x',
        '/x/../v2/acme/api/tags/list',
        '/v2/acme/..%5c/api/tags/list',
        '/v2/acme\\api/tags/list',
        '/pulp/../v2/acme/api/tags/list?x=1',
      ]) {
        it(path, async () => {
          const { status } = await send(server, path);

          expect([status, nothingArrived()]).to.deep.equal([400, true]);
        });
      }

      it('a NUL byte', async () => {
        const { status } = await send(server, '/v2/acme/a%00pi/tags/list');

        expect(status).to.be.within(400, 404);
        expect(nothingArrived()).to.equal(true);
      });

      it('in words that clients print', async () => {
        const { body } = await send(server, '/v2/acme//api/tags/list');

        expect(readOnlyError(body)).to.match(/^NAME_INVALID: no such path\b/);
      });

      it('a URL that is too long, in such words too', async () => {
        const { status, body } = await send(server, `/v2/acme/${'a'.repeat(20_000)}/tags/list`);

        expect([status, readOnlyError(body)]).to.deep.equal([414, 'NAME_INVALID: path too long']);
      });

      it('headers that are too long, in such words too', async () => {
        const { status, body } = await send(server, '/v2/', { headers: { 'x-large': 'a'.repeat(50_000) } });

        expect(status).to.equal(400);
        expect(readOnlyError(body)).to.match(/no proper request$/);
      });
    });

    describe('keeps what is in Pulp:', () => {
      for (const path of [
        '/v2/acme/api/manifests/1',
        `/v2/acme/api/manifests/${DIGEST}`,
        `/v2/acme/api/blobs/${DIGEST}`,
        `/v2/kpr.push/acme/api/blobs/${DIGEST}`,
        '/v2/acme/api/manifests/1/',
        `/v2/acme/api/%6danifests/${DIGEST}`,
      ]) {
        it(`answers DELETE ${path} with 405`, async () => {
          const { status, body } = await send(server, path, { method: 'DELETE' });

          expect([status, nothingArrived()]).to.deep.equal([405, true]);
          expect(JSON.parse(body)).to.deep.equal({
            errors: [{ code: 'UNSUPPORTED', message: 'delete it in Katello', detail: {} }],
          });
        });
      }

      it('lets an upload be given up', async () => {
        await send(server, '/v2/acme/api/blobs/uploads/0198-x', { method: 'DELETE' });

        expect(urls(server.push.arrived)).to.deep.equal(['/v2/kpr.push/acme/api/blobs/uploads/0198-x']);
      });
    });

    describe('shows', () => {
      for (const path of [
        '/token?service=x&scope=repository:acme/api:pull,push',
        '/',
        '/api/v1/status',
        '/hooks/plain',
      ]) {
        it(`the reactor at ${path}, untouched`, async () => {
          await send(server, path);

          expect([urls(server.front.arrived), server.push.arrived]).to.deep.equal([[path], []]);
        });
      }

      it("the reactor an escaped slash where it is none of Pulp's names", async () => {
        await send(server, '/queues/reconcile/acme%2Fapi');

        expect(urls(server.front.arrived)).to.deep.equal(['/queues/reconcile/acme%2Fapi']);
      });

      for (const path of ['/pulp/api/v3/status/', '/token/', '/v3/', '/extensions/v1/x', '/V2/acme/api/tags/list']) {
        it(`nothing of Pulp at ${path}`, async () => {
          await send(server, path);

          expect(server.push.arrived).to.deep.equal([]);
        });
      }
    });
  });
}
