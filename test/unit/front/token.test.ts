import { createPublicKey, verify } from 'node:crypto';
import { expect } from 'chai';
import { describePublicKey } from '../../../lib/front/keys.ts';
import { type Access, createTokens, type TokenOptions } from '../../../lib/front/token.ts';
import { claimsOf, newKey } from '../../support/told.ts';

const REALM = 'https://push.example.com/token';
const ACCESS: Access[] = [{ type: 'repository', name: 'kpr.push/acme/api', actions: ['pull', 'push'] }];

describe('createTokens', () => {
  const key = newKey();
  const tokens = (options: Partial<TokenOptions> = {}) =>
    createTokens({ issuer: REALM, subject: null, seconds: 300, readKey: () => key, ...options });
  const nowSeconds = () => Date.now() / 1000;

  it('says what Pulp wants to hear, and nothing else', async () => {
    const { token } = await tokens().issue('push.example.com:5001', ACCESS);

    const { iat, nbf, exp, jti, ...rest } = claimsOf(token);
    expect(rest).to.deep.equal({ iss: REALM, aud: 'push.example.com:5001', sub: '', access: ACCESS });
    expect(jti).to.match(/^[0-9a-f-]{36}$/);
    expect([iat, nbf].map((time) => Math.round(nowSeconds() - Number(time)) >= 30)).to.deep.equal([true, true]);
    expect(Number(exp) - nowSeconds()).to.be.within(355, 361);
  });

  it('keeps an empty access, which `/v2/` needs', async () => {
    const { token } = await tokens().issue('push.example.com', []);

    expect(claimsOf(token).access).to.deep.equal([]);
  });

  it('names a user of Pulp where one is set', async () => {
    const { token } = await tokens({ subject: 'reactor-push' }).issue('push.example.com', []);

    expect(claimsOf(token)['sub']).to.equal('reactor-push');
  });

  it('is an ES256 signature as JOSE wants it: 64 bytes, not DER', async () => {
    const { token } = await tokens().issue('push.example.com', ACCESS);

    const [header = '', claims = '', signature = ''] = token.split('.');
    const bytes = Buffer.from(signature, 'base64url');
    const publicKey = { key: createPublicKey(describePublicKey(key)), dsaEncoding: 'ieee-p1363' } as const;
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).to.deep.equal({ alg: 'ES256', typ: 'JWT' });
    expect(bytes).to.have.lengthOf(64);
    expect(verify('sha256', Buffer.from(`${header}.${claims}`), publicKey, bytes)).to.equal(true);
  });

  it('tells clients when to ask again, and never gives them a refresh token', async () => {
    const answer = await tokens({ seconds: 60 }).issue('push.example.com', []);

    expect(answer).to.have.all.keys('token', 'access_token', 'expires_in', 'issued_at');
    expect(answer).to.include({ access_token: answer.token, expires_in: 60 });
    expect(answer.issued_at).to.match(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
    expect(Math.abs(Date.parse(answer.issued_at) - Date.now())).to.be.below(5000);
  });

  it('signs with the key of the moment: a rotated one ends all tokens', async () => {
    const keys = { current: key };
    const rotated = tokens({ readKey: () => keys.current });
    const { token } = await rotated.issue('push.example.com', []);
    expect(await rotated.isValid(token, 'push.example.com')).to.equal(true);

    keys.current = newKey();

    expect(await rotated.isValid(token, 'push.example.com')).to.equal(false);
    const { token: next } = await rotated.issue('push.example.com', []);
    expect(await rotated.isValid(next, 'push.example.com')).to.equal(true);
  });

  it('believes no token for another audience, of another issuer, without signature, or over', async () => {
    const ours = tokens();
    const { token } = await ours.issue('push.example.com', []);
    const { token: foreign } = await tokens({ issuer: 'https://evil.example.com' }).issue('push.example.com', []);
    const { token: over } = await tokens({ seconds: -3600 }).issue('push.example.com', []);
    const [, claims = ''] = token.split('.');
    const unsigned = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${claims}.`;

    expect(await ours.isValid(token, 'other.example.com')).to.equal(false);
    for (const bad of [foreign, over, unsigned, `${token}x`, '', 'a.b.c']) {
      expect(await ours.isValid(bad, 'push.example.com')).to.equal(false);
    }
  });

  it('shows nothing of a key that cannot be used', async () => {
    const error: unknown = await tokens({ readKey: () => 'canary-77aa' })
      .issue('push.example.com', [])
      .catch((failure: unknown) => failure);

    expect(error).to.be.instanceOf(Error);
    expect(JSON.stringify([String(error), error])).not.to.include('canary-77aa');
  });
});
