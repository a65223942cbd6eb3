import { expect } from 'chai';
import { createHttpClient } from '../../../lib/http/client.ts';
import { createProxyRegistries, registryUrl } from '../../../lib/katello/proxy-registry.ts';
import { type HttpServer, startHttpServer } from '../../support/http-server.ts';

const DIGEST = `sha256:${'ab'.repeat(32)}`;

describe('createProxyRegistries', () => {
  let server: HttpServer;

  beforeEach(async () => {
    server = await startHttpServer();
  });
  afterEach(() => server.finish());

  const registries = createProxyRegistries((baseUrl) =>
    createHttpClient({
      system: 'katello',
      baseUrl,
      credentials: () => ({ kind: 'none' }),
      userAgent: 'kpr/test',
      maxRetries: 0,
    }),
  );
  const read = (tag = '1', containerName = 'acme/web/api') =>
    registries.readTag({ proxyUrl: server.url, containerName, tag });

  it('reads the digest of a tag, without a login', async () => {
    server.expect('HEAD /v2/acme/web/api/manifests/1', { headers: { 'docker-content-digest': DIGEST }, text: '' });

    expect(await read()).to.deep.equal({ digest: DIGEST });
    expect(server.received[0]?.headers).to.not.have.property('authorization');
  });

  it('knows a tag that is not served', async () => {
    server.expect('HEAD /v2/acme/web/api/manifests/1', { status: 404, text: '' });

    expect(await read()).to.deep.equal({ digest: null });
  });

  for (const status of [302, 401, 403, 500, 503]) {
    it(`cannot tell from a ${status}`, async () => {
      server.expect('HEAD /v2/acme/web/api/manifests/1', { status, text: '' });

      expect(await read()).to.equal('unknown');
    });
  }

  it('cannot tell of a registry that does not answer', async () => {
    const where = { proxyUrl: 'http://127.0.0.1:9', containerName: 'acme/web/api', tag: '1' };

    expect(await registries.readTag(where)).to.equal('unknown');
  });

  it('asks for hostile names, and nothing else, or does not ask', async () => {
    server.expect('HEAD /v2/acme/a%3Fb%23c/manifests/1%2F2', { status: 404, text: '' });

    expect(await read('1/2', 'acme/a?b#c')).to.deep.equal({ digest: null });
    expect(await read('1', '../../etc')).to.equal('unknown');
  });
});

describe('registryUrl', () => {
  it('is on the host of the proxy, at the ordinary port', () => {
    expect(registryUrl('https://proxy1.example.com:9090')).to.equal('https://proxy1.example.com');
    expect(registryUrl('https://user:secret@proxy1.example.com:9090/x')).to.equal('https://proxy1.example.com');
  });

  it('is beside an API without TLS', () => {
    expect(registryUrl('http://127.0.0.1:24999/')).to.equal('http://127.0.0.1:24999');
  });

  it('is nowhere for what is no URL of the web', () => {
    expect(['', 'proxy1', 'file:///etc/passwd', 'javascript:alert(1)'].map(registryUrl)).to.deep.equal([
      null,
      null,
      null,
      null,
    ]);
  });
});
