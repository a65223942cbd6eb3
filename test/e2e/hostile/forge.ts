/** Tokens as somebody makes them who is not the front, or who stole its key. */
import { createHmac, createPrivateKey, createPublicKey, randomUUID, sign } from 'node:crypto';
import { newKey } from '../../support/told.ts';

/** What signs; `none` signs nothing. */
export type Signer = 'none' | { readonly privateKey: string } | { readonly hmac: string };

export interface Claims {
  readonly [name: string]: unknown;
}

/** Header fields and claims of the genuine ones, each of which an attacker may change. */
export interface Forgery {
  readonly signer: Signer;
  readonly header?: Readonly<Record<string, unknown>>;
  readonly claims: Claims;
}

/** A JSON Web Token with a header that says what the signer does, unless `header` says otherwise. */
export function forge({ signer, header = {}, claims }: Forgery): string {
  const alg = signer === 'none' ? 'none' : 'hmac' in signer ? 'HS256' : 'ES256';
  const input = `${encode({ alg, typ: 'JWT', ...header })}.${encode(claims)}`;
  return `${input}.${signatureOf(signer, input)}`;
}

/** Claims that the front would sign for this registry, issued now. */
export function genuineClaims(realm: string, audience: string, name: string, actions = ['pull', 'push']): Claims {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: realm,
    sub: '',
    aud: audience,
    iat: now - 30,
    nbf: now - 30,
    exp: now + 360,
    jti: randomUUID(),
    access: [{ type: 'repository', name, actions }],
  };
}

/** A key pair of the attacker's own, as PEM and as the JWK that a header can carry. */
export function ownKey(): { privateKey: string; jwk: unknown } {
  const privateKey = newKey();
  return { privateKey, jwk: createPublicKey(privateKey).export({ format: 'jwk' }) };
}

function signatureOf(signer: Signer, input: string): string {
  if (signer === 'none') return '';
  if ('hmac' in signer) return createHmac('sha256', signer.hmac).update(input).digest('base64url');
  const key = createPrivateKey(signer.privateKey);
  return sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url');
}

function encode(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
