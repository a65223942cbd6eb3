import { expect } from 'chai';
import { z } from 'zod';
import { InvariantError, ResponseShapeError } from '../../../lib/errors.ts';
import { createHttpClient } from '../../../lib/http/client.ts';
import type { HttpClientOptions, RequestFields } from '../../../lib/http/options.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';

describe('createHttpClient', () => {
  const Thing = z.object({ name: z.string() });
  let server: HttpServer;

  beforeEach(async () => {
    server = await startHttpServer();
  });
  afterEach(() => server.finish());

  const client = (options: Partial<HttpClientOptions> = {}) =>
    createHttpClient({
      system: 'pulp',
      baseUrl: server.url,
      credentials: () => ({ kind: 'none' }),
      userAgent: 'kpr/1.2.3',
      ...options,
    });

  it('answers what the schema makes of the body', async () => {
    server.expect('GET /things/1', { json: { name: 'one', more: true } });

    expect(await client().get('/things/1', Thing)).to.deep.equal({ name: 'one' });
  });

  it('says who it is and that it wants JSON', async () => {
    server.expect('GET /', { json: {} });

    await client().get('/', z.unknown());

    expect(server.received[0]?.headers).to.include({ accept: 'application/json', 'user-agent': 'kpr/1.2.3' });
  });

  it('calls with the credentials of a person in place of its own, and masks theirs', async () => {
    const http = client({ credentials: () => ({ kind: 'basic', login: 'kpr', password: 'its own' }) });
    const credentials = { kind: 'basic', login: 'alice', password: 'canary-7f3a' } as const;
    server.expect('GET /', { status: 400, json: { message: 'what is canary-7f3a?' } });

    const error: unknown = await http.get('/', z.unknown(), { credentials }).catch((failure: unknown) => failure);

    const sent = `Basic ${Buffer.from('alice:canary-7f3a').toString('base64')}`;
    expect(server.received[0]?.headers.authorization).to.equal(sent);
    expect(String(error)).to.include('what is ***?');
  });

  for (const method of ['post', 'put', 'patch'] as const) {
    it(`sends the body of a ${method} as JSON`, async () => {
      server.expect(`${method.toUpperCase()} /things`, { status: 201, json: { name: 'one' } });

      await client()[method]('/things', { name: 'one' }, Thing);

      expect(server.received[0]?.body).to.deep.equal({ name: 'one' });
      expect(server.received[0]?.headers).to.include({ 'content-type': 'application/json', 'content-length': '14' });
    });
  }

  it('takes an answer without a body', async () => {
    server.expect('DELETE /things/1', (response) => response.writeHead(204).end());

    expect(await client().delete('/things/1', z.undefined())).to.equal(undefined);
  });

  it('takes the JSON types of registries', async () => {
    const headers = { 'content-type': 'application/vnd.oci.image.index.v1+json; charset=utf-8' };
    server.expect('GET /', { headers, json: { name: 'one' } });

    expect(await client().get('/', Thing)).to.deep.equal({ name: 'one' });
  });

  it('encodes the query', async () => {
    const search = 'name = "a&b=c+d e/é"';
    server.expect('GET /things', { json: {} });

    await client().get('/things', z.unknown(), { query: { search, limit: 10, all: true } });

    expect(server.received[0]?.query).to.deep.equal({ search, limit: '10', all: 'true' });
  });

  for (const path of ['things', '/a/../b', '/a?b=1', '/a b', 'https://evil.example.com/']) {
    it(`refuses the path '${path}', which would mean another one`, async () => {
      const failure = await client()
        .get(path, z.unknown())
        .catch((error: unknown) => error);

      expect(failure).to.be.instanceOf(InvariantError);
    });
  }

  it('never leaves the host of its base URL', async () => {
    server.expect('GET //evil.example.com/a', { json: {} });

    await client().get('//evil.example.com/a', z.unknown());
  });

  it('tells the path of its base URL, and sends paths as they are', async () => {
    server.expect('GET /v2/', { json: {} });
    const pulp = client({ baseUrl: `${server.url}/pulp` });

    await pulp.get('/v2/', z.unknown());

    expect(pulp.basePath).to.equal('/pulp/');
  });

  it('keeps no cookie', async () => {
    server.expect('GET /', { headers: { 'set-cookie': '_session_id=abc' }, json: {} });
    server.expect('GET /', { json: {} });
    const http = client();

    await http.get('/', z.unknown());
    await http.get('/', z.unknown());

    expect(server.received[1]?.headers).to.not.have.property('cookie');
  });

  it('opens a connection for each request, so that none can be closed under a write', async () => {
    server.expect('GET /', { json: {} });

    await client().get('/', z.unknown());

    expect(server.received[0]?.headers).to.include({ connection: 'close' });
  });

  it('shows Basic credentials, asking for them before each request', async () => {
    const passwords = ['old', 'new'];
    server.expect('GET /', { json: {} });
    server.expect('GET /', { json: {} });
    const http = client({ credentials: () => ({ kind: 'basic', login: 'kpr', password: passwords.shift() ?? '' }) });

    await http.get('/', z.unknown());
    await http.get('/', z.unknown());

    expect(server.received.map(({ headers }) => headers.authorization)).to.deep.equal([
      `Basic ${Buffer.from('kpr:old').toString('base64')}`,
      `Basic ${Buffer.from('kpr:new').toString('base64')}`,
    ]);
  });

  it('finds nothing where the system says 404', async () => {
    server.expect('GET /things/1', { json: { name: 'one' } });
    server.expect('GET /things/2', { status: 404, json: { message: 'Could not find thing' } });
    const http = client();

    expect(await http.find('/things/1', Thing)).to.deep.equal({ name: 'one' });
    expect(await http.find('/things/2', Thing)).to.equal(null);
  });

  it('does not take the 404 page of a web server for an absence', async () => {
    server.expect('GET /things/2', { status: 404, text: '<h1>Not Found</h1>' });

    const failure = await client()
      .find('/things/2', Thing)
      .catch((error: unknown) => error);

    expect(failure).to.have.property('code', 'E_HTTP_STATUS');
  });

  it('tells log and metrics of each request, without secrets', async () => {
    const lines: RequestFields[] = [];
    const counted: unknown[] = [];
    server.expect('GET /a', { json: {} });
    const http = client({
      log: (_, fields) => lines.push(fields),
      onRequest: (system, status) => counted.push([system, status]),
    });

    await http.get('/a', z.unknown(), { query: { token: 'hunter2' } });
    await server.finish();
    server = await startHttpServer();
    await http.get('/a', z.unknown(), { signal: AbortSignal.timeout(20) }).catch(() => {});

    expect(counted[0]).to.deep.equal(['pulp', 200]);
    expect(counted[1]).to.deep.equal(['pulp', null]);
    expect(lines[0]).to.include({ method: 'GET', url: '/a?token=***', status: 200 });
    expect(lines[0]?.durationMs).to.be.within(0, 5000);
  });

  it('keeps the issues of a body that does not fit, never the body', async () => {
    server.expect('GET /', { json: { name: { password: 'hunter2' } } });

    const failure = await client()
      .get('/', Thing)
      .catch((error: unknown) => error);

    expect(failure).to.be.instanceOf(ResponseShapeError);
    expect(failure).to.have.deep.property('issues', ['name: Invalid input: expected string, received object']);
  });
});
