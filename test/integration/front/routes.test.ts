import { expect } from 'chai';
import type { InjectOptions } from 'fastify';
import { type FrontLab, REGISTRY, startFrontLab } from '../../support/front-lab.ts';
import { basic, read } from '../../support/told.ts';

const SCOPE = 'repository:acme/web/api:pull,push';

describe('the token endpoint', () => {
  let front: FrontLab;

  before(async () => {
    front = await startFrontLab({ front: { registryHosts: [REGISTRY, `${REGISTRY}:443`] } });
  });
  after(() => front.close());

  const inject = (options: InjectOptions) => front.server.inject(options);
  const form = (fields: Record<string, string>) =>
    inject({
      method: 'POST',
      url: '/token',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams(fields).toString(),
    });
  const get = (query: string, login = 'dev') =>
    inject({ url: `/token?${query}`, headers: { authorization: basic(login, `sandbox-${login}`) } });

  it('answers what clients read, and lets nobody keep it', async () => {
    const answer = await get(`account=dev&client_id=docker&offline_token=true&service=${REGISTRY}&scope=${SCOPE}`);

    expect(answer.statusCode).to.equal(200);
    expect(answer.headers).to.include({
      'content-type': 'application/json; charset=utf-8',
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    });
    expect(answer.json()).to.have.all.keys('token', 'access_token', 'expires_in', 'issued_at');
  });

  it('takes scopes in several parameters and in one', async () => {
    const many = await get(`service=${REGISTRY}&scope=${SCOPE}&scope=repository:acme/web/api:pull`);
    const one = await get(`service=${REGISTRY}&scope=${encodeURIComponent(`${SCOPE} repository:acme/web/api:pull`)}`);

    const access = ['kpr.push/acme/web/api:pull,push'];
    expect([read(200, many.body).access, read(200, one.body).access]).to.deep.equal([access, access]);
  });

  it('answers a form with password as it answers a GET', async () => {
    const fields = { grant_type: 'password', username: 'dev', password: 'sandbox-dev', client_id: 'containerd-client' };
    const answer = await form({ ...fields, service: REGISTRY, scope: `${SCOPE} repository:acme/web/api:pull` });

    expect(answer.statusCode).to.equal(200);
    expect(read(200, answer.body).access).to.deep.equal(['kpr.push/acme/web/api:pull,push']);
    expect(answer.json()).not.to.have.property('refresh_token');
  });

  it('refuses a form with a wrong password, and one without', async () => {
    const fields = { grant_type: 'password', username: 'dev', service: REGISTRY, scope: SCOPE };
    const answers = [await form({ ...fields, password: 'wrong' }), await form(fields)];

    expect(answers.map(({ statusCode, body }) => read(statusCode, body).reason)).to.deep.equal([
      'bad-credentials',
      'bad-credentials',
    ]);
  });

  for (const [what, options] of [
    [
      'a refresh token',
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: `grant_type=refresh_token&refresh_token=x&service=${REGISTRY}`,
      },
    ],
    ['JSON', { method: 'POST', payload: { grant_type: 'password', username: 'dev', password: 'sandbox-dev' } }],
    ['a body that is too long', { method: 'POST', payload: 'x'.repeat(100_000) }],
    [
      'a form that is too long',
      {
        method: 'POST',
        headers: { 'content-type': 'application/x-www-form-urlencoded' },
        payload: `grant_type=password&username=${'x'.repeat(100_000)}`,
      },
    ],
    ['nothing', { method: 'POST' }],
    ['PUT', { method: 'PUT', payload: { a: 1 } }],
    ['DELETE', { method: 'DELETE' }],
    ['OPTIONS', { method: 'OPTIONS' }],
  ] as const) {
    it(`answers ${what} with 405, after which clients ask by GET`, async () => {
      const answer = await inject({ url: `/token?service=${REGISTRY}`, ...options });

      expect(answer.statusCode).to.equal(405);
      expect(answer.headers.allow).to.equal('GET, POST');
      expect(read(405, answer.body).reason).to.equal('UNSUPPORTED');
    });
  }

  for (const [what, query] of [
    ['an unknown service', 'service=evil.example.com'],
    ['no service', 'scope=x'],
    ['two services', `service=${REGISTRY}&service=evil.example.com`],
    ['another port of a known host', `service=${REGISTRY}:5000`],
  ] as const) {
    it(`answers ${what} with 400 and never signs for it`, async () => {
      const answer = await get(query);

      expect([answer.statusCode, read(400, answer.body).message]).to.deep.equal([
        400,
        `unknown service: tokens are for ${REGISTRY}, ${REGISTRY}:443`,
      ]);
    });
  }

  it('names as audience the very form that was asked for', async () => {
    for (const service of [REGISTRY, `${REGISTRY}:443`, 'PUSH.example.com']) {
      const { token } = await front.ask({ service, as: 'dev' });

      expect(JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())).to.include({ aud: service });
    }
  });

  it('challenges with every refusal', async () => {
    const answer = await get(`service=${REGISTRY}&scope=${SCOPE}`, 'viewer');

    expect(answer.statusCode).to.equal(401);
    expect(answer.headers['www-authenticate']).to.equal(`Basic realm="${REGISTRY}"`);
  });

  it('lives beside other routes and leaves their bodies and errors alone', async () => {
    const other = await inject({ method: 'GET', url: '/elsewhere' });

    expect(other.json()).to.include({ statusCode: 404, message: 'Route GET:/elsewhere not found' });
    expect(other.headers).not.to.have.property('docker-distribution-api-version');
  });
});

describe('the signpost at /v2/', () => {
  let front: FrontLab;
  let token: string;

  before(async () => {
    front = await startFrontLab({ front: { host: 'kpr.example.com' } });
    ({ token } = await front.ask({ as: 'dev', service: 'kpr.example.com', scopes: [SCOPE] }));
  });
  after(() => front.close());

  const at = (url: string, options: InjectOptions = {}, bearer?: string) =>
    front.server.inject({ url, ...options, ...(bearer && { headers: { authorization: `Bearer ${bearer}` } }) });
  const CHALLENGE = 'Bearer realm="https://push.example.com/token",service="kpr.example.com"';

  it('gives whoever takes it for the registry an empty token, and makes nothing', async () => {
    expect(
      read(200, JSON.stringify({ token, access_token: token, expires_in: 1, issued_at: '' })).access,
    ).to.deep.equal([]);
    expect(front.granted).to.deep.equal([]);
  });

  it('challenges every request without a token', async () => {
    for (const [method, url] of [
      ['GET', '/v2'],
      ['GET', '/v2/'],
      ['HEAD', '/v2/acme/api/blobs/sha256:aa'],
      ['POST', '/v2/acme/api/blobs/uploads/'],
      ['PUT', '/v2/acme/api/manifests/1'],
    ] as const) {
      const answer = await at(url, { method });

      expect(answer.statusCode).to.equal(401);
      expect(answer.headers).to.include({
        'www-authenticate': CHALLENGE,
        'docker-distribution-api-version': 'registry/2.0',
      });
    }
  });

  it('lets people log in', async () => {
    const answer = await at('/v2/', {}, token);

    expect([answer.statusCode, answer.json()]).to.deep.equal([200, {}]);
  });

  for (const [method, url, name] of [
    ['POST', '/v2/acme/api/blobs/uploads/', 'acme/api'],
    ['PUT', '/v2/acme/web/team/api/manifests/1', 'acme/web/team/api'],
    ['GET', '/v2/acme/api/tags/list?n=5', 'acme/api'],
    ['PATCH', '/v2/acme/blobs/blobs/uploads/x', 'acme/blobs'],
    ['GET', '/v2/%3Cscript%3E/manifests/1', 'ORG/NAME'],
  ] as const) {
    it(`says where to push instead of ${method} ${url}`, async () => {
      const answer = await at(url, { method, payload: Buffer.alloc(2_000_000) }, token);

      expect(answer.statusCode).to.equal(404);
      expect(answer.json()).to.deep.equal({
        errors: [{ code: 'NAME_UNKNOWN', message: `no images here: push to push.example.com/${name}`, detail: {} }],
      });
    });
  }

  it('believes no token of another key or another audience', async () => {
    const { token: registryToken } = await front.ask({ as: 'dev' });
    const other = await startFrontLab({ front: { host: 'kpr.example.com' } });
    const { token: foreign } = await other.ask({ as: 'dev', service: 'kpr.example.com' });
    await other.close();

    for (const wrong of [registryToken, foreign, 'x']) {
      const answer = await at('/v2/', {}, wrong);

      expect(answer.statusCode).to.equal(401);
      expect(answer.headers['www-authenticate']).to.equal(`${CHALLENGE},error="invalid_token"`);
    }
  });
});
