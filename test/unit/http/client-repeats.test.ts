import { expect } from 'chai';
import { z } from 'zod';
import { HttpStatusError, TransportError } from '../../../lib/errors.ts';
import { createHttpClient } from '../../../lib/http/client.ts';
import { type HttpServer, type Reply, startHttpServer } from '../../support/http-server.ts';

describe('repeats of an HTTP client', () => {
  const away: Reply = { status: 503, json: {} };
  const broken: Reply = { status: 500, json: {} };
  const fine: Reply = { json: {} };
  const reset: Reply = (response) => response.destroy();
  let server: HttpServer;
  let pauses: number[];

  beforeEach(async () => {
    pauses = [];
    server = await startHttpServer();
  });
  afterEach(() => server.finish());

  const client = (baseUrl = server.url) =>
    createHttpClient({
      system: 'pulp',
      baseUrl,
      credentials: () => ({ kind: 'none' }),
      userAgent: 'kpr/1.2.3',
      maxRetries: 2,
      delay: async (ms) => {
        pauses.push(ms);
      },
    });
  const expectAll = (request: string, replies: Reply[]) => {
    for (const reply of replies) server.expect(request, reply);
  };

  it('reads again after 5xx and after broken connections, with growing pauses', async () => {
    expectAll('GET /', [broken, reset, fine]);

    await client().get('/', z.unknown());

    expect(pauses).to.deep.equal([500, 1000]);
  });

  it('reads a body again that was cut', async () => {
    expectAll('GET /', [{ headers: { 'content-type': 'application/json' }, text: '{"a":' }, fine]);

    await client().get('/', z.unknown());
  });

  it('gives up in the end, with the last failure', async () => {
    expectAll('GET /', [away, away, broken]);

    const failure = await client()
      .get('/', z.unknown())
      .catch((error: unknown) => error);

    expect(failure).to.be.instanceOf(HttpStatusError).with.nested.property('failure.status', 500);
  });

  it('pauses as long as the server asks', async () => {
    expectAll('GET /', [{ status: 429, headers: { 'retry-after': '4' }, json: {} }, fine]);

    await client().get('/', z.unknown());

    expect(pauses).to.deep.equal([4000]);
  });

  it('does not ask again what was refused', async () => {
    expectAll('GET /', [{ status: 404, json: {} }]);

    await client()
      .get('/', z.unknown())
      .catch(() => {});
  });

  it('writes again what was turned away', async () => {
    expectAll('POST /', [away, { status: 429, json: {} }, fine]);

    await client().post('/', { a: 1 }, z.unknown());

    expect(server.received.map(({ body }) => body)).to.deep.equal([{ a: 1 }, { a: 1 }, { a: 1 }]);
  });

  for (const [name, reply] of [
    ['5xx', broken],
    ['a broken connection', reset],
  ] as const) {
    it(`does not write again after ${name}, unless it is idempotent`, async () => {
      expectAll('POST /once', [reply]);
      expectAll('POST /twice', [reply, fine]);

      const failure = await client()
        .post('/once', {}, z.unknown())
        .catch((error: unknown) => error);
      await client().post('/twice', {}, z.unknown(), { isIdempotent: true });

      expect(failure).to.have.property('disposition', 'retry');
    });
  }

  it('writes again what never reached the server', async () => {
    const { url } = server;
    await server.finish();

    const failure = await client(url)
      .post('/', {}, z.unknown())
      .catch((error: unknown) => error);
    server = await startHttpServer();

    expect(failure).to.be.instanceOf(TransportError);
    expect(pauses).to.deep.equal([500, 1000]);
  });
});
