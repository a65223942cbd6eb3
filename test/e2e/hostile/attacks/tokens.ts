/** Tokens that are not good for it, at Pulp's registry: each wants to tag an image in acme/web/seed. */
import { basic } from '../../../support/told.ts';
import { BAD_TOKEN, NOBODY, NOT_IN_TOKEN, NOT_PROPER } from '../answers.ts';
import { type Attack, attacksOf, both } from '../attack.ts';
import { type Ask, send, tokenOf } from '../client.ts';
import { type Claims, type Forgery, forge, genuineClaims, ownKey } from '../forge.ts';
import type { Site } from '../site.ts';
import type { Answer, Header } from '../wire.ts';

const NAME = 'kpr.push/acme/web/seed';

/** Puts a manifest that the repository holds already under a new tag: with a good token, that is a push. */
export function tagSeed({ gate, seed }: Site, headers: readonly Header[], tag = 'hostile'): Promise<Answer> {
  const { mediaType, bytes } = seed.manifest;
  const all: Header[] = [...headers, ['Content-Type', mediaType]];
  return send(gate, `/v2/acme/web/seed/manifests/${tag}`, { method: 'PUT', headers: all, body: bytes });
}

function withHeaders(headers: readonly Header[]): Attack['send'] {
  return (site) => tagSeed(site, headers);
}

function withToken(make: (site: Site) => string | Promise<string>): Attack['send'] {
  return async (site) => tagSeed(site, [bearer(await make(site))]);
}

/** With genuine claims that somebody else has signed, or nobody. */
function forgedBy(how: (site: Site) => Omit<Forgery, 'claims'>): Attack['send'] {
  return withToken((site) => forge({ ...how(site), claims: genuineClaims(site.realm, site.gate.registry, NAME) }));
}

/** With a token that the front's own key has signed, as if the front had been talked into it. */
function signed(alter: (claims: Claims) => Claims): Attack['send'] {
  return withToken(({ keys, realm, gate }) =>
    forge({ signer: { privateKey: keys.private }, claims: alter(genuineClaims(realm, gate.registry, NAME)) }),
  );
}

function granted(request: Ask): Attack['send'] {
  return withToken(({ gate }) => tokenOf(gate, request));
}

/** A genuine token with the claims of another one. */
async function change({ gate, realm }: Site): Promise<string> {
  const token = await tokenOf(gate, { scopes: ['repository:acme/web/other:pull,push'] });
  const claims = Buffer.from(JSON.stringify(genuineClaims(realm, gate.registry, NAME))).toString('base64url');
  return token.replace(/\.[^.]*\./, `.${claims}.`);
}

function bearer(token: string): Header {
  return ['Authorization', `Bearer ${token}`];
}

function accessTo(name: string, actions: readonly string[], type = 'repository'): (claims: Claims) => Claims {
  return (claims) => ({ ...claims, access: [{ type, name, actions }] });
}

/** Seconds since 1970, so many from now. */
function at(seconds: number): number {
  return Math.floor(Date.now() / 1000) + seconds;
}

export const TOKEN_ATTACKS: readonly Attack[] = [
  ...attacksOf(NOBODY, withHeaders, [
    ['no-token', 'no token', []],
    ['basic', 'login and password of one who may push', [['Authorization', basic('dev', 'sandbox-dev')]]],
    ['basic-empty', 'the empty credentials that Pulp takes for nobody', [['Authorization', 'Basic Og==']]],
    ['user-header', 'REMOTE-USER: admin', [['REMOTE-USER', 'admin']]],
    ['user-underscore', 'Remote_User: admin', [['Remote_User', 'admin']]],
    ['user-cgi', 'HTTP_REMOTE_USER: admin', [['HTTP_REMOTE_USER', 'admin']]],
    [
      'user-in-connection',
      'REMOTE-USER: admin, named in Connection',
      [
        ['Connection', 'close, REMOTE-USER'],
        ['REMOTE-USER', 'admin'],
      ],
    ],
    ['certificate', 'a certificate in a header', [['SSL-CLIENT-S-DN', 'CN=localhost']]],
    ['session', 'a session in a cookie', [['Cookie', `sessionid=${'0'.repeat(32)}; csrftoken=x`]]],
  ]),
  {
    id: 'basic-admin',
    what: "login and password of Pulp's administrator",
    told: NOBODY,
    send: (site) => {
      const { login, password } = site.world.pulp;
      return tagSeed(site, [['Authorization', basic(login, password)]]);
    },
  },
  ...attacksOf(BAD_TOKEN, withHeaders, [['garbage', 'a token that is none', [bearer('garbage')]]]),
  ...attacksOf(BAD_TOKEN, forgedBy, [
    ['alg-none', 'a token without a signature: "alg": "none"', () => ({ signer: 'none' })],
    ['alg-none-case', 'the same as "nOnE"', () => ({ signer: 'none', header: { alg: 'nOnE' } })],
    ['signature-empty', 'ES256 with an empty signature', () => ({ signer: 'none', header: { alg: 'ES256' } })],
    ['hs256', 'HS256 with the public key as secret', ({ keys }) => ({ signer: { hmac: keys.public } })],
    ['other-key', "a key of the attacker's own", () => ({ signer: ownKey() })],
    [
      'key-in-header',
      'the same, with the key in the header of the token',
      () => {
        const key = ownKey();
        const header = { jwk: key.jwk, jku: 'https://evil.example.com/keys', kid: '../../../dev/null' };
        return { signer: key, header };
      },
    ],
  ]),
  ...attacksOf(BAD_TOKEN, withToken, [['changed', 'a genuine token with another name in it', change]]),
  ...attacksOf(BAD_TOKEN, signed, [
    ['expired', 'a token that ended a second ago', (claims) => ({ ...claims, exp: at(-1) })],
    ['not-yet', 'a token of tomorrow', (claims) => ({ ...claims, nbf: at(86_400), iat: at(86_400), exp: at(90_000) })],
    ['other-audience', 'a token for another registry', (claims) => ({ ...claims, aud: 'evil.example.com' })],
    ['no-port', "a token for the registry's name without its port", (claims) => ({ ...claims, aud: 'localhost' })],
    ['no-audience', 'a token for no registry', (claims) => ({ ...claims, aud: undefined })],
    ['other-issuer', 'a token of another issuer', (claims) => ({ ...claims, iss: 'https://evil.example.com/token' })],
  ]),
  ...attacksOf(both(401, 'UNAUTHORIZED', 'No such user'), signed, [
    ['no-user', 'a token of somebody whom Pulp does not know', (claims) => ({ ...claims, sub: 'nobody' })],
  ]),
  ...attacksOf(NOT_IN_TOKEN, signed, [
    ['name-unprefixed', 'a token for the name without the prefix', accessTo('acme/web/seed', ['pull', 'push'])],
    ['name-any', 'a token for any name', accessTo('*', ['pull', 'push'])],
    ['action-any', 'a token for any action', accessTo(NAME, ['*'])],
    ['type-other', 'a token for another type', accessTo(NAME, ['pull', 'push'], 'registry')],
  ]),
  ...attacksOf(NOT_IN_TOKEN, granted, [
    ['other-path', 'a genuine token for another repository', { scopes: ['repository:acme/web/other:pull,push'] }],
    ['pull-only', 'a genuine token to pull', { as: 'viewer', scopes: ['repository:acme/web/seed:pull'] }],
    ['login-only', 'a genuine token for nothing', {}],
    ['nobody', "a genuine token of nobody's", { as: null, scopes: ['repository:acme/web/seed:push'] }],
  ]),
  {
    id: 'two-tokens',
    what: 'a genuine token for another repository, and a bad one',
    // Apache makes one header of the two, which is no token; nginx refuses both
    told: { apache: BAD_TOKEN.apache, nginx: NOT_PROPER.nginx },
    send: async (site) => {
      const token = await tokenOf(site.gate, { scopes: ['repository:acme/web/other:pull,push'] });
      return tagSeed(site, [bearer(token), bearer('garbage')]);
    },
  },
];
