import { expect } from 'chai';
import type { Arrived } from './backend.ts';
import { send } from './client.ts';
import { KINDS, type PushHost, startPushHost } from './push-host.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

for (const kind of KINDS) {
  describe(`names behind ${kind}`, function () {
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

    describe('get the prefix:', () => {
      for (const [asked, arrives] of [
        ['/v2/acme/api/manifests/1', '/v2/kpr.push/acme/api/manifests/1'],
        ['/v2/acme/web/team/api/tags/list?n=5&last=x', '/v2/kpr.push/acme/web/team/api/tags/list?n=5&last=x'],
        [`/v2/acme/api/blobs/${DIGEST}`, `/v2/kpr.push/acme/api/blobs/${DIGEST}`],
        ['/v2/acme/api/blobs/uploads/', '/v2/kpr.push/acme/api/blobs/uploads/'],
        [`/extensions/v2/acme/api/signatures/${DIGEST}`, `/extensions/v2/kpr.push/acme/api/signatures/${DIGEST}`],
        ['/v2/kpr.pushy/api/tags/list', '/v2/kpr.push/kpr.pushy/api/tags/list'],
        ['/v2/acme/kpr.push/tags/list', '/v2/kpr.push/acme/kpr.push/tags/list'],
      ] as const) {
        it(asked, async () => {
          await send(server, asked);

          expect(urls(server.push.arrived)).to.deep.equal([arrives]);
        });
      }

      it('a digest whose colon is escaped', async () => {
        await send(server, `/v2/acme/api/manifests/sha256%3A${'ab'.repeat(32)}`);

        expect(urls(server.push.arrived).map(decodeURIComponent)).to.deep.equal([
          `/v2/kpr.push/acme/api/manifests/${DIGEST}`,
        ]);
      });
    });

    describe('stay as they are:', () => {
      for (const [asked, arrives] of [
        ['/v2/', '/v2/'],
        ['/v2', '/v2/'],
        ['/v2/_catalog?n=5', '/v2/_catalog?n=5'],
        ['/v2/kpr.push/acme/api/manifests/1', '/v2/kpr.push/acme/api/manifests/1'],
        ['/extensions/v2/kpr.push/acme/api/signatures/x', '/extensions/v2/kpr.push/acme/api/signatures/x'],
      ] as const) {
        it(asked, async () => {
          await send(server, asked);

          expect(urls(server.push.arrived)).to.deep.equal([arrives]);
        });
      }
    });

    describe('in from= become', () => {
      const mount = `/v2/acme/api/blobs/uploads/?mount=${DIGEST}`;
      for (const [asked, from] of [
        ['acme/base', 'kpr.push/acme/base'],
        ['acme%2Fweb%2fbase', 'kpr.push/acme/web/base'],
        ['kpr.push/acme/base', 'kpr.push/acme/base'],
        ['kpr.push%2Facme%2Fbase', 'kpr.push/acme/base'],
        ['kpr.pushy/base', 'kpr.push/kpr.pushy/base'],
      ] as const) {
        it(`${asked} ${from}, wherever it stands`, async () => {
          await send(server, `${mount}&from=${asked}`, { method: 'POST' });
          await send(server, `/v2/acme/api/blobs/uploads/?from=${asked}&mount=${DIGEST}`, { method: 'POST' });

          for (const { url } of server.push.arrived) {
            const { pathname, searchParams } = new URL(url, 'http://pulp');
            expect(pathname).to.equal('/v2/kpr.push/acme/api/blobs/uploads/');
            expect(Object.fromEntries(searchParams)).to.deep.equal({ mount: DIGEST, from });
          }
          expect(server.push.arrived).to.have.lengthOf(2);
        });
      }

      it('nothing where there is none', async () => {
        await send(server, mount, { method: 'POST' });
        await send(server, `/v2/acme/api/blobs/uploads/?digest=${DIGEST}&xfrom=a`, { method: 'POST' });

        expect(urls(server.push.arrived)).to.deep.equal([
          `/v2/kpr.push/acme/api/blobs/uploads/?mount=${DIGEST}`,
          `/v2/kpr.push/acme/api/blobs/uploads/?digest=${DIGEST}&xfrom=a`,
        ]);
      });

      for (const [what, query] of [
        ['two of them', 'from=acme/a&from=acme/b'],
        ['an escape that hides the prefix', 'from=kpr%2Epush%2Facme%2Fbase'],
        ['an escape of an escape', 'from=acme%252Fbase'],
        ['an escape in its name', 'fr%6Fm=acme/base'],
      ] as const) {
        it(`a refusal, for ${what}`, async () => {
          const { status } = await send(server, `${mount}&${query}`, { method: 'POST' });

          expect([status, nothingArrived()]).to.deep.equal([400, true]);
        });
      }
    });

    describe('in a Location reach the client', () => {
      const SIGNED =
        'https://push.example.com/pulp/container/kpr.push/acme/api/blob/sha256:aa?expires=1&validate_token=b:c';
      for (const [what, location, shown] of [
        ['without the prefix', '/v2/kpr.push/acme/api/blobs/uploads/0198', '/v2/acme/api/blobs/uploads/0198'],
        ['whole, if it is the signed URL of a blob', SIGNED, SIGNED],
        ['whole, if it only looks alike', '/v2/kpr.pushy/x', '/v2/kpr.pushy/x'],
        ['whole, if the prefix stands elsewhere', '/pulp/v2/kpr.push/x', '/pulp/v2/kpr.push/x'],
        ['once stripped, not twice', '/v2/kpr.push/kpr.push/x', '/v2/kpr.push/x'],
      ] as const) {
        it(what, async () => {
          for (const status of [201, 202, 302, 307]) {
            server.push.reply = (response) => response.writeHead(status, { location }).end();

            const { headers } = await send(server, '/v2/acme/api/blobs/uploads/', { method: 'POST' });

            expect(headers.location).to.equal(shown);
          }
        });
      }
    });
  });
}
