import { request } from 'node:http';
import { expect } from 'chai';
import { type FrontLab, REGISTRY, startFrontLab } from '../../support/front-lab.ts';
import { createImage } from '../../support/image/image.ts';
import { basic, claimsOf } from '../../support/told.ts';

describe('hostile requests for tokens', () => {
  let front: FrontLab;
  let before: readonly string[];

  beforeEach(async () => {
    front = await startFrontLab();
    await front.lab.push('globex/secret', '1', createImage({ seed: 'secret' }));
    before = await front.inventory();
  });
  afterEach(async () => {
    const after = await front.inventory();
    await front.close();
    expect(after).to.deep.equal(before);
  });

  const push = (path: string, as = 'dev') => front.ask({ as, scopes: [`repository:${path}:pull,push`] });

  for (const [what, path, reason] of [
    ["another organization's path", 'globex/api', 'permission-missing'],
    ["another organization's path, by id", 'id/2/api', 'permission-missing'],
    ['a prefix behind the prefix', 'kpr.push/kpr.push/acme/web/api', 'bad-name'],
    ['the prefix alone', 'kpr.push', 'bad-name'],
    ['an encoded slash', 'acme%2fweb/api', 'bad-name'],
    ['an encoded slash, twice', 'acme%252fweb/api', 'bad-name'],
    ['a way out', 'acme/web/../../globex/api', 'bad-name'],
    ['an empty segment', 'acme//web/api', 'bad-name'],
    ['a slash in front', '/acme/web/api', 'bad-name'],
    ['a name of 300 characters', `acme/web/${'a'.repeat(300)}`, 'bad-name'],
    ['a name of 15 000 characters', `acme/web/${'a'.repeat(15_000)}`, 'bad-name'],
    ['a NUL byte', 'acme/web/a\0pi', 'bad-name'],
    ['a line end', 'acme/web/api\r\nx-evil:1', 'bad-name'],
    ['an address', 'evil.example.com:5000/acme/web/api', 'bad-name'],
    ['a search', 'acme/web"or/**/name!="/api', 'bad-name'],
    ['upper case', 'ACME/web/api', 'bad-name'],
    ['letters that look alike', 'аcme/web/api', 'bad-name'],
    ['an id with a leading zero', 'id/01/1/api', 'bad-name'],
    ['an id beyond all numbers', `id/${'9'.repeat(30)}/api`, 'bad-name'],
    ['an id that is none', 'id/1.0/api', 'bad-name'],
  ] as const) {
    it(`for ${what} are refused as ${reason}`, async () => {
      const { status, reason: told, message } = await push(path);

      expect([status, told]).to.deep.equal([401, reason]);
      expect(message)
        .to.match(/^[\x20-\x7e…]+$/)
        .and.to.have.property('length')
        .below(600);
    });
  }

  it("for Katello's own path or without the prefix get the name under the prefix, whatever Katello has there", async () => {
    await front.lab.push('acme/web/api', '1', createImage({ seed: 'api' }));
    await front.lab.settle('acme/web/api');
    before = await front.inventory();

    const { access } = await push('acme/web/api');

    expect(access).to.deep.equal(['kpr.push/acme/web/api:pull,push']);
  });

  it('for 50 repositories are refused', async () => {
    const scopes = Array.from({ length: 50 }, (_, n) => `repository:acme/web/r${n}:push`);

    const { status, message } = await front.ask({ as: 'dev', scopes });

    expect([status, message]).to.deep.equal([400, 'more than 20 repositories in one request']);
    expect(front.userCalls).to.deep.equal([]);
  });

  it('that repeat a scope 200 times cost no more than one', async () => {
    const scopes = Array.from({ length: 200 }, () => 'repository:acme/web/api:push');

    const { access } = await front.ask({ as: 'dev', scopes });

    expect(access).to.deep.equal(['kpr.push/acme/web/api:pull,push']);
    expect(front.userCalls).to.have.lengthOf(1);
    expect(front.granted).to.have.lengthOf(1);
  });

  it('for a service that is not ours are never signed', async () => {
    for (const service of ['evil.example.com', `${REGISTRY}.evil.example.com`, `${REGISTRY}\0`, '', '*']) {
      const { status, token } = await front.ask({ as: 'dev', service, scopes: ['repository:acme/web/api:push'] });

      expect([status, token]).to.deep.equal([400, '']);
    }
  });

  it('with credentials that are none are refused, and Katello is not asked', async () => {
    const bad = [
      'Basic',
      'Basic ????',
      'Basic YQ',
      `Basic ${Buffer.from('dev:\0').toString('base64')}`,
      'Bearer x',
      'x',
    ];
    for (const authorization of [...bad, basic('dev', 'x'.repeat(12_000))]) {
      const answer = await front.server.inject({ url: `/token?service=${REGISTRY}`, headers: { authorization } });

      expect(answer.statusCode).to.equal(401);
    }
    expect(front.userCalls).to.deep.equal([]);
  });

  it('with huge headers end at the server', async () => {
    const url = await front.server.listen({ host: '127.0.0.1', port: 0 });

    const status = await new Promise((resolve, reject) => {
      const headers = { authorization: `Basic ${'a'.repeat(80_000)}` };
      request(`${url}/token`, { headers }, (response) => {
        response.resume();
        resolve(response.statusCode);
      })
        .on('error', reject)
        .end();
    });

    expect(status).to.equal(431);
  });

  it('to mount what the user may not see leave it out, and do not tell that it is there', async () => {
    const ask = (source: string) => front.ask({ as: 'dev', scopes: ['repository:acme/web/api:push', source] });
    await front.create('products', { organization_id: 2, name: 'Container Push' });
    before = await front.inventory();

    const hidden = await ask('repository:globex/secret:pull');
    const absent = await ask('repository:globex/absent:pull');

    expect([hidden.access, absent.access]).to.deep.equal([
      ['kpr.push/acme/web/api:pull,push'],
      ['kpr.push/acme/web/api:pull,push'],
    ]);
  });

  it('with a forged token get no further at the signpost', async () => {
    const { token } = await front.ask({ as: 'dev' });
    const claims = Buffer.from(JSON.stringify({ ...claimsOf(token), access: [] })).toString('base64url');
    const [head = '', , signature = ''] = token.split('.');
    const forged = [`${head}.${claims}.${signature}x`, `${head}.${claims}.`, `..${signature}`];

    for (const bearer of forged) {
      const headers = { authorization: `Bearer ${bearer}` };
      expect((await front.server.inject({ url: '/v2/', headers })).statusCode).to.equal(401);
    }
  });
});

describe('secrets', () => {
  it('are in no answer and in no line of the log, whatever goes wrong', async () => {
    const front = await startFrontLab();
    const seen: string[] = [];
    const canaries = ['canary-password-4f1b', 'canary-form-99aa', 'canary-token-7c0d'];
    const scopes = ['repository:acme/web/api:push'];
    const ask = async (as: string, password?: string) => {
      const told = await front.ask({ as, scopes, ...(password !== undefined && { password }) });
      seen.push(told.status === 200 ? '' : told.text);
      return told;
    };

    await ask('dev', canaries[0]);
    await front.changeUser('dev', { tokens: [{ value: canaries[2], expiresAt: null }] });
    const { token } = await ask('dev', canaries[2]);
    await front.control('/faults/answer', {
      path: '/katello/api/v2/products/1',
      status: 500,
      contentType: 'application/json',
      body: JSON.stringify({ message: `what is ${canaries[0]} and ${basic('viewer', canaries[0] ?? '')}` }),
    });
    await ask('viewer', canaries[0]);
    await ask('viewer');
    const form = new URLSearchParams({ grant_type: 'password', username: 'x', password: canaries[1] ?? '' });
    const posted = await front.server.inject({
      method: 'POST',
      url: `/token`,
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: `${form.toString()}&service=${REGISTRY}`,
    });
    seen.push(posted.body);
    const key = front.keys.private;
    front.keys.private = `${key.slice(0, 60)}broken`;
    const answer = await front.server.inject({ url: `/token?service=${REGISTRY}` });
    seen.push(answer.body);
    const everything = `${front.logged()}\n${seen.join('\n')}`;
    await front.close();

    const secrets = [...canaries, ...canaries.map((canary) => Buffer.from(`dev:${canary}`).toString('base64'))];
    for (const secret of [...secrets, 'sandbox-', token, token.split('.')[2] ?? '', key.slice(30, 60)]) {
      expect(everything).not.to.include(secret);
    }
    expect(answer.statusCode).to.equal(503);
    expect(seen.filter((text) => text !== '')).to.have.lengthOf(5);
  });
});
