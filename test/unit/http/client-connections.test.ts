import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { ConfigError, TransportError } from '../../../lib/errors.ts';
import { createHttpClient } from '../../../lib/http/client.ts';
import type { Credentials } from '../../../lib/http/credentials.ts';
import type { HttpClientOptions } from '../../../lib/http/options.ts';
import { type Certificates, createCertificates } from '../../support/certificates.ts';
import { type HttpServer, type HttpServerOptions, startHttpServer } from '../../support/http-server.ts';

describe('connections of an HTTP client', () => {
  const servers: HttpServer[] = [];
  let certificates: Certificates;
  let directory: string;

  before(async function () {
    this.timeout(20_000); // makes three keys with openssl
    certificates = await createCertificates();
    directory = await mkdtemp(join(tmpdir(), 'kpr-http-'));
  });
  after(() => rm(directory, { recursive: true }));
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.finish();
  });

  async function start(options: HttpServerOptions = {}): Promise<HttpServer> {
    const server = await startHttpServer(options);
    servers.push(server);
    return server;
  }
  const startTls = () =>
    start({
      tls: { ...certificates.server, ca: certificates.ca, requestCert: true, rejectUnauthorized: false },
    });
  const client = (
    baseUrl: string,
    credentials: Credentials = { kind: 'none' },
    ca: () => string[] = () => [],
    limits: HttpClientOptions['limits'] = {},
  ) =>
    createHttpClient({
      limits,
      system: 'pulp',
      baseUrl,
      credentials: () => credentials,
      ca,
      userAgent: 'kpr/1.2.3',
      maxRetries: 0,
    });
  const certificateOf = ({ cert, key }: { cert: string; key: string }): Credentials => ({
    kind: 'certificate',
    cert,
    key,
  });

  describe('over TLS', () => {
    it('trusts the given authority', async () => {
      const server = await startTls();
      server.expect('GET /', { json: { ok: true } });

      const answer = await client(server.url, { kind: 'none' }, () => [certificates.ca]).get('/', z.unknown());

      expect(answer).to.deep.equal({ ok: true });
    });

    it('trusts no other', async () => {
      const server = await startTls();

      const failure = await client(server.url)
        .get('/', z.unknown())
        .catch((error: unknown) => error);

      expect(failure).to.be.instanceOf(TransportError);
      expect(failure)
        .to.have.nested.property('cause.code')
        .that.is.oneOf(['SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE']);
    });

    it('takes another authority as soon as the file has it', async () => {
      const server = await startTls();
      server.expect('GET /', { json: {} });
      let ca: string[] = [];
      const http = client(server.url, { kind: 'none' }, () => ca);
      await http.get('/', z.unknown()).catch(() => {});

      ca = [certificates.ca];
      await http.get('/', z.unknown());
    });

    it('shows the client certificate', async () => {
      const server = await startTls();
      server.expect('GET /', { json: {} });

      await client(server.url, certificateOf(certificates.client), () => [certificates.ca]).get('/', z.unknown());

      expect(server.received[0]?.certificateName).to.equal('reactor.example.com');
      expect(server.received[0]?.headers).to.not.have.property('authorization');
    });

    it('says so when a PEM is unusable, without showing it', async () => {
      const failure = await client('https://localhost', { kind: 'certificate', cert: 'hunter2', key: 'hunter2' })
        .get('/', z.unknown())
        .catch((error: unknown) => error);

      expect(failure).to.be.instanceOf(ConfigError);
      expect(failure).to.have.property('message').that.does.not.include('hunter2');
    });
  });

  describe('over a unix socket', () => {
    it('sends the remote user', async () => {
      const server = await start({ socketPath: join(directory, 'api.sock') });
      server.expect('GET /pulp/api/v3/status/', { json: {} });

      await client(server.url, { kind: 'remote-user', user: 'admin' }).get('/pulp/api/v3/status/', z.unknown());

      expect(server.received[0]?.headers).to.include({ 'remote-user': 'admin' });
    });

    it('waits longer for an answer than for a connection', async () => {
      const server = await start({ socketPath: join(directory, 'slow.sock') });
      server.expect('GET /', (response) => {
        setTimeout(() => response.writeHead(200, { 'content-type': 'application/json' }).end('{}'), 60);
      });

      await client(server.url, { kind: 'none' }, () => [], { connectMs: 20 }).get('/', z.unknown());
    });

    it('follows a redirect that names no host, over the same socket', async () => {
      const server = await start({ socketPath: join(directory, 'relative.sock') });
      server.expect('GET /v2/a', { status: 302, headers: { location: '/content/a' }, text: '' });
      server.expect('GET /content/a', { json: {} });

      await client(server.url, { kind: 'remote-user', user: 'admin' }).get('/v2/a', z.unknown(), {
        followsRedirect: true,
      });
    });
  });

  describe('on a redirect', () => {
    const location = (server: HttpServer) => ({ location: `${server.url}/content/a?validate_token=x` });

    for (const credentials of [
      { kind: 'basic', login: 'kpr', password: 'hunter2' },
      { kind: 'remote-user', user: 'admin' },
    ] as const) {
      it(`goes to another server without the ${credentials.kind} credentials`, async () => {
        const [first, second] = [await start(), await start()];
        first.expect('GET /v2/a', { status: 302, headers: location(second), text: '' });
        second.expect('GET /content/a', { json: { ok: true } });

        const answer = await client(first.url, credentials).get('/v2/a', z.unknown(), {
          headers: { accept: 'application/vnd.oci.image.index.v1+json' },
          followsRedirect: true,
        });

        expect(answer).to.deep.equal({ ok: true });
        expect(second.received[0]?.query).to.deep.equal({ validate_token: 'x' });
        expect(second.received[0]?.headers).to.include({ accept: 'application/vnd.oci.image.index.v1+json' });
        expect(second.received[0]?.headers).to.not.have.any.keys('authorization', 'remote-user', 'cookie');
      });
    }

    it('goes to another server without the client certificate', async () => {
      const [first, second] = [await startTls(), await startTls()];
      first.expect('GET /v2/a', { status: 302, headers: location(second), text: '' });
      second.expect('GET /content/a', { json: {} });
      const http = client(first.url, certificateOf(certificates.client), () => [certificates.ca]);

      await http.get('/v2/a', z.unknown(), { followsRedirect: true });

      expect(first.received[0]?.certificateName).to.equal('reactor.example.com');
      expect(second.received[0]?.certificateName).to.equal(null);
    });

    it('goes from a socket to the network', async () => {
      const [first, second] = [await start({ socketPath: join(directory, 'away.sock') }), await start()];
      first.expect('GET /v2/a', { status: 302, headers: location(second), text: '' });
      second.expect('GET /content/a', { json: {} });

      await client(first.url).get('/v2/a', z.unknown(), { followsRedirect: true });
    });

    it('stays where it is unless the call asks for it', async () => {
      const [first, second] = [await start(), await start()];
      first.expect('GET /v2/a', { status: 302, headers: location(second), text: '' });

      const failure = await client(first.url)
        .get('/v2/a', z.unknown())
        .catch((error: unknown) => error);

      expect(failure).to.have.nested.property('failure.status', 302);
    });

    it('follows one, not a chain', async () => {
      const server = await start();
      server.expect('GET /a', { status: 302, headers: { location: '/b' }, text: '' });
      server.expect('GET /b', { status: 302, headers: { location: '/a' }, text: '' });

      const failure = await client(server.url)
        .get('/a', z.unknown(), { followsRedirect: true })
        .catch((error: unknown) => error);

      expect(failure).to.have.nested.property('failure.status', 302);
    });
  });
});
