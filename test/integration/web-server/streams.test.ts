import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { expect } from 'chai';
import { until } from '../../support/until.ts';
import { answerOf, open, send } from './client.ts';
import { KINDS, type PushHost, startPushHost } from './push-host.ts';

const UPLOAD = '/v2/acme/api/blobs/uploads/0198';
const MIB = 1024 * 1024;

for (const kind of KINDS) {
  describe(`a layer on its way through ${kind}`, function () {
    this.timeout(20_000); // makes certificates and starts a server
    let server: PushHost;

    before(async () => {
      server = await startPushHost(kind);
    });
    after(() => server.close());
    beforeEach(() => {
      server.push.arrived.length = 0;
      server.push.isEarly = false;
      server.push.reply = (response) => response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });

    const arrived = (what: string, bytes: number) =>
      until(`${what} at Pulp`, async () => server.push.arrived.some(({ size }) => size >= bytes));

    for (const [how, headers] of [
      ['in chunks', { 'transfer-encoding': 'chunked' }],
      ['with its length', { 'content-length': String(3 * MIB) }],
    ] as const) {
      it(`arrives bit by bit when it is sent ${how}`, async () => {
        const layer = open(server, UPLOAD, { method: 'PATCH', headers });
        const answer = answerOf(layer);

        layer.write(Buffer.alloc(MIB));
        await arrived('the first third', MIB);
        layer.write(Buffer.alloc(MIB));
        await arrived('the second third', 2 * MIB);
        layer.end(Buffer.alloc(MIB));

        expect((await answer).statusCode).to.equal(200);
        expect(server.push.arrived[0]).to.deep.include({ method: 'PATCH', size: 3 * MIB, isWhole: true });
      });
    }

    it('may be of any size', async () => {
      const tebibytes = 5 * 1024 ** 4;
      const layer = open(server, UPLOAD, { method: 'PATCH', headers: { 'content-length': String(tebibytes) } });
      const ended = new Promise((resolve) => layer.once('close', resolve));
      layer.on('error', () => undefined); // we leave

      layer.write(Buffer.alloc(MIB));
      await arrived('the beginning', MIB);
      layer.destroy();
      await ended;

      expect(server.push.arrived[0]?.headers['content-length']).to.equal(String(tebibytes));
    });

    // Apache 2.4 looks for an answer only after the body, and answers 502 if Pulp hung up meanwhile
    if (kind === 'nginx') {
      it('may be answered before it is whole', async () => {
        server.push.isEarly = true;
        server.push.reply = (response) => response.writeHead(401, { 'content-type': 'application/json' }).end('{}');
        const layer = open(server, UPLOAD, { method: 'PATCH', headers: { 'transfer-encoding': 'chunked' } });
        const answer = answerOf(layer);

        layer.write(Buffer.alloc(MIB));
        await arrived('the beginning', 1);
        layer.end(Buffer.alloc(MIB));

        expect((await answer).statusCode).to.equal(401);
      });
    }

    it('comes back bit by bit', async () => {
      const pulp = new Promise<ServerResponse>((resolve) => {
        server.push.reply = (response) => {
          response.writeHead(200, { 'content-type': 'application/octet-stream' });
          response.write(Buffer.alloc(1024));
          resolve(response);
        };
      });
      const pull = open(server, '/v2/acme/api/blobs/sha256:aa', {});
      pull.end();

      const answer = await answerOf(pull);
      let size = 0;
      answer.on('data', (chunk: Uint8Array) => {
        size += chunk.length;
      });
      await until('the beginning at the client', async () => size === 1024);
      (await pulp).end(Buffer.alloc(1024));
      await once(answer, 'end');

      expect(size).to.equal(2048);
    });

    it('is answered by the web server while Pulp is away', async () => {
      await server.push.close();

      const { status } = await send(server, '/v2/');

      expect(status).to.be.within(502, 503);
    });
  });
}
