import { expect } from 'chai';
import { send } from './client.ts';
import { KINDS, type PushHost, startPushHost } from './push-host.ts';

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

    describe('passes on', () => {
      it('the host as the client typed it, port included, to both', async () => {
        for (const host of ['push.example.com', 'push.example.com:443', `localhost:${server.port}`]) {
          await send(server, '/v2/', { headers: { host } });
          await send(server, '/token', { headers: { host } });

          expect(server.push.arrived.at(-1)?.headers.host).to.equal(host);
          expect(server.front.arrived.at(-1)?.headers.host).to.equal(host);
        }
      });

      it('credentials, and the types that the client takes', async () => {
        const headers = { authorization: 'Bearer x.y.z', accept: 'application/vnd.oci.image.index.v1+json' };

        await send(server, '/v2/acme/api/manifests/1', { headers });

        expect(server.push.arrived[0]?.headers).to.include(headers);
      });

      it('no user that the client made up, however it is written', async () => {
        for (const name of ['REMOTE-USER', 'Remote_User']) {
          await send(server, '/v2/acme/api/manifests/1', { headers: { [name]: 'admin' } });
          await send(server, '/token', { headers: { [name]: 'admin' } });
        }

        const names = [...server.push.arrived, ...server.front.arrived].flatMap(({ rawHeaders }) =>
          rawHeaders.map((text) => text.toLowerCase().replaceAll('_', '-')),
        );
        expect(server.push.arrived).to.have.lengthOf(2);
        expect(names).not.to.include('remote-user');
      });

      it("the client's own address and no other", async () => {
        await send(server, '/token', { headers: { 'x-forwarded-for': '10.0.0.1' } });

        const forwarded = String(server.front.arrived[0]?.headers['x-forwarded-for']);
        expect(forwarded).to.match(/^(?:::ffff:)?127\.0\.0\.1$|^::1$/);
      });

      it('answers as they are', async () => {
        server.push.reply = (response) =>
          response
            .writeHead(401, {
              'www-authenticate': 'Bearer realm="https://push.example.com/token",service="push.example.com"',
              'docker-distribution-api-version': 'registry/2.0',
              'content-type': 'application/json',
            })
            .end('{"errors":[]}');

        const { status, headers, body } = await send(server, '/v2/');

        expect([status, body]).to.deep.equal([401, '{"errors":[]}']);
        expect(headers).to.include({
          'www-authenticate': 'Bearer realm="https://push.example.com/token",service="push.example.com"',
          'docker-distribution-api-version': 'registry/2.0',
        });
      });
    });
  });
}
