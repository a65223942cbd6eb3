import { once } from 'node:events';
import { createServer } from 'node:net';
import { inspect } from 'node:util';
import { gzipSync } from 'node:zlib';
import { expect } from 'chai';
import { z } from 'zod';
import { AuthError, HttpStatusError, isAbort, ResponseShapeError, TransportError } from '../../../lib/errors.ts';
import { createHttpClient } from '../../../lib/http/client.ts';
import { NoAnswer } from '../../../lib/http/no-answer.ts';
import type { CallOptions, HttpClientOptions } from '../../../lib/http/options.ts';
import { type HttpServer, type Reply, startHttpServer } from '../../support/http-server.ts';

const PASSWORD = 'correct-horse-battery';

describe('failures of an HTTP client', () => {
  let server: HttpServer;

  beforeEach(async () => {
    server = await startHttpServer();
  });
  afterEach(() => server.finish());

  const client = (options: Partial<HttpClientOptions> = {}) =>
    createHttpClient({
      system: 'katello',
      baseUrl: server.url,
      credentials: () => ({ kind: 'basic', login: 'kpr', password: PASSWORD }),
      userAgent: 'kpr/1.2.3',
      maxRetries: 0,
      ...options,
    });

  async function failureOf(
    reply: Reply,
    options: Partial<HttpClientOptions> = {},
    call: CallOptions = {},
  ): Promise<Error> {
    server.expect('GET /a', reply);
    return failing(client(options).get('/a', z.object({}), call));
  }

  describe('by status', () => {
    for (const [status, disposition] of [
      [302, 'retry'],
      [400, 'give-up'],
      [404, 'replan'],
      [408, 'retry'],
      [409, 'replan'],
      [415, 'give-up'],
      [422, 'replan'],
      [429, 'retry'],
      [500, 'retry'],
      [503, 'retry'],
    ] as const) {
      it(`${status} is E_HTTP_STATUS, ${disposition}`, async () => {
        const failure = await failureOf({ status, json: { message: 'because' } });

        expect(failure).to.be.instanceOf(HttpStatusError).with.property('disposition', disposition);
        expect(failure.message).to.equal(`katello answered ${status} to GET /a: because`);
      });
    }

    for (const status of [401, 403]) {
      it(`${status} is E_AUTH, pause`, async () => {
        const failure = await failureOf({ status, json: { error: { message: 'Access denied' } } });

        expect(failure).to.be.instanceOf(AuthError).with.property('disposition', 'pause');
      });
    }

    it('keeps what Retry-After asks, in seconds or as a date', async () => {
      const inAMinute = new Date(Date.now() + 60_000).toUTCString();

      const first = await failureOf({ status: 503, headers: { 'retry-after': '7' }, json: {} });
      const second = await failureOf({ status: 503, headers: { 'retry-after': inAMinute }, json: {} });
      const third = await failureOf({ status: 503, headers: { 'retry-after': 'soon' }, json: {} });

      expect(first).to.have.nested.property('failure.retryAfterSeconds', 7);
      expect(second).to.have.nested.property('failure.retryAfterSeconds').that.is.within(58, 60);
      expect(third).to.have.nested.property('failure.retryAfterSeconds', null);
    });

    it('shows the name of the status in place of a page', async () => {
      const failure = await failureOf({ status: 502, text: `<html>${'x'.repeat(100_000)}</html>` });

      expect(failure.message).to.equal('katello answered 502 to GET /a: Bad Gateway');
    });

    it('shows the name of the status in place of a body without end', async () => {
      const json = { message: 'x'.repeat(100_000) };

      const failure = await failureOf({ status: 500, json });

      expect(failure).to.have.nested.property('failure.detail', 'Internal Server Error');
    });

    it('keeps controls out of the text, and shortens it', async () => {
      const failure = await failureOf({ status: 400, json: { message: `a\r\nb\u001b[2J${'x'.repeat(5000)}` } });

      expect(failure)
        .to.have.nested.property('failure.detail')
        .that.matches(/^a b \[2Jx+…$/u)
        .and.has.lengthOf(2000);
    });
  });

  describe('by shape', () => {
    it('a page with 200 is E_TRANSPORT, for something on the way answered', async () => {
      const failure = await failureOf({ text: '<html>Log in</html>' });

      expect(failure).to.be.instanceOf(TransportError).with.property('disposition', 'retry');
      expect(failure.message).to.equal("no answer of katello's own to GET /a: content type text/html; charset=utf-8");
    });

    it('a body over the limit is E_RESPONSE_SHAPE, compressed or not', async () => {
      const text = JSON.stringify({ a: 'x'.repeat(10_000) });
      const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' };
      const limits = { bodyBytes: 1000 };

      const plain = await failureOf({ json: { a: 'x'.repeat(10_000) } }, { limits });
      const packed = await failureOf((response) => response.writeHead(200, headers).end(gzipSync(text)), { limits });

      for (const failure of [plain, packed]) {
        expect(failure).to.be.instanceOf(ResponseShapeError).with.deep.property('issues', ['the body is too long']);
      }
    });

    it('JSON that ends too early is E_TRANSPORT, for something on the way cut it', async () => {
      const headers = { 'content-type': 'application/json' };

      const failure = await failureOf({ headers, text: '{"results": [{"na' });

      expect(failure).to.be.instanceOf(TransportError).with.property('disposition', 'retry');
    });

    it('a redirect to anything but a web server is E_RESPONSE_SHAPE', async () => {
      const reply = { status: 302, headers: { location: 'file:///etc/passwd' }, text: '' };

      const failure = await failureOf(reply, {}, { followsRedirect: true });

      expect(failure).to.be.instanceOf(ResponseShapeError);
    });
  });

  describe('without an answer', () => {
    it('a refused connection did not arrive', async () => {
      const { url } = server;
      await server.finish();
      const failure = await failing(client({ baseUrl: url }).get('/a', z.unknown()));
      server = await startHttpServer();

      expect(causeOf(failure)).to.include({ code: 'ECONNREFUSED', mayHaveArrived: false });
    });

    it('a missing socket did not arrive', async () => {
      const failure = await failing(client({ baseUrl: 'unix:/no/such.sock' }).get('/a', z.unknown()));

      expect(causeOf(failure)).to.include({ code: 'ENOENT', mayHaveArrived: false });
    });

    it('a handshake without end did not arrive', async () => {
      const mute = createServer().listen(0, '127.0.0.1');
      await once(mute, 'listening');
      const address = mute.address();
      const port = typeof address === 'object' ? address?.port : undefined;

      const failure = await failing(
        client({ baseUrl: `https://127.0.0.1:${port}`, limits: { connectMs: 50 } }).get('/a', z.unknown()),
      );

      mute.close();
      expect(causeOf(failure)).to.include({ code: 'ETIMEDOUT', mayHaveArrived: false });
    });

    it('a silent server may have done it', async () => {
      const failure = await failureOf(() => {}, { limits: { idleMs: 50 } });

      expect(causeOf(failure)).to.include({ code: 'ETIMEDOUT', mayHaveArrived: true });
    });

    it('a server that stops in the middle may have done it', async () => {
      const failure = await failureOf((response) => response.writeHead(200).write('{'), { limits: { idleMs: 50 } });

      expect(causeOf(failure)).to.include({ code: 'ETIMEDOUT', mayHaveArrived: true });
    });

    it('a broken connection may have done it', async () => {
      const failure = await failureOf((response) => {
        response.writeHead(200, { 'content-type': 'application/json', 'content-length': '100' });
        response.write('{"results"', () => response.destroy());
      });

      expect(causeOf(failure)).to.include({ code: 'ECONNRESET', mayHaveArrived: true });
    });

    it('a call may allow more time than others', async () => {
      const reply: Reply = (response) => {
        response.writeHead(200, { 'content-type': 'application/json' });
        setTimeout(() => response.end('{}'), 60);
      };
      server.expect('GET /a', reply);

      expect(await client({ limits: { idleMs: 20 } }).get('/a', z.object({}), { idleMs: 5000 })).to.deep.equal({});
    });
  });

  describe('by abort', () => {
    it('passes on the abort, before and during a call', async () => {
      const controller = new AbortController();
      const { signal } = controller;

      const during = await failureOf(() => controller.abort(), {}, { signal });
      const before = await failing(client().get('/a', z.unknown(), { signal }));

      expect([during, before].map(isAbort)).to.deep.equal([true, true]);
      expect(during).to.equal(signal.reason);
    });

    it('does nothing to a call that is over', async () => {
      const controller = new AbortController();
      server.expect('GET /a', { json: {} });

      await client().get('/a', z.object({}), { signal: controller.signal });
      controller.abort(); // an error that nobody catches would end the test run
    });

    it('ends the pause before a repeat', async () => {
      const controller = new AbortController();
      const delay = async (_: number, signal?: AbortSignal) => {
        controller.abort();
        signal?.throwIfAborted();
      };

      const failure = await failureOf(
        { status: 503, json: {} },
        { maxRetries: 3, delay },
        { signal: controller.signal },
      );

      expect(isAbort(failure)).to.equal(true);
    });
  });

  describe('keeps secrets', () => {
    const echo: Reply = (response, request) => {
      const detail = `you sent ${request.headers.authorization}, that is ${PASSWORD}`;
      response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ detail }));
    };
    const replies: Record<string, Reply> = {
      'an echo of the request': echo,
      'a broken connection': (response) => response.destroy(),
      'a wrong shape': { json: [PASSWORD] },
      'a refusal': { status: 401, json: { error: { message: `wrong password ${PASSWORD}` } } },
      'broken JSON': { headers: { 'content-type': 'application/json' }, text: `{"a": "${PASSWORD}` },
      'an odd content type': { headers: { 'content-type': `text/${PASSWORD}` }, text: '' },
    };
    for (const [name, reply] of Object.entries(replies)) {
      it(`after ${name}`, async () => {
        const failure = await failureOf(reply, {}, { query: { validate_token: PASSWORD } });

        expectNoSecret(failure);
      });
    }

    it('in an abort', async () => {
      const controller = new AbortController();
      const failure = await failureOf(() => controller.abort(), {}, { signal: controller.signal });

      expectNoSecret(failure);
    });
  });
});

async function failing(call: Promise<unknown>): Promise<Error> {
  try {
    await call;
  } catch (error) {
    if (error instanceof Error) return error;
  }
  throw new Error('the call did not fail');
}

function causeOf(failure: Error): NoAnswer {
  expect(failure).to.be.instanceOf(TransportError);
  if (failure.cause instanceof NoAnswer) return failure.cause;
  throw new Error('the cause is something else');
}

function expectNoSecret(failure: Error): void {
  const shown = inspect(failure, { depth: Infinity, showHidden: true }) + JSON.stringify(failure) + failure.stack;
  for (const secret of [PASSWORD, Buffer.from(`kpr:${PASSWORD}`).toString('base64')]) {
    expect(shown).to.not.include(secret);
  }
}
