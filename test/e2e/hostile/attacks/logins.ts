/** Logins that are none, all for a push token of acme/web/seed. */
import { basic } from '../../../support/told.ts';
import type { Kind } from '../../../support/web-server/web-server.ts';
import { mayNotPush, NOT_PROPER, NOTHING_GRANTED, WRONG_LOGIN } from '../answers.ts';
import { type Attack, attacksOf } from '../attack.ts';
import { ask, tokenOf } from '../client.ts';
import { expelledOf, leaverOf, type Pusher, type Site } from '../site.ts';
import type { Answer } from '../wire.ts';

const scopes = ['repository:acme/web/seed:pull,push'];

/** With these values of `Authorization`. */
function authorized(values: readonly string[]): Attack['send'] {
  return ({ gate }) =>
    ask(gate, { as: null, scopes, headers: values.map((value) => ['Authorization', value] as const) });
}

/** Login and password as they are, joined by a colon. */
function withBasic(text: string | Uint8Array): Attack['send'] {
  return authorized([`Basic ${Buffer.from(text).toString('base64')}`]);
}

function as(login: string): Attack['send'] {
  return ({ gate }) => ask(gate, { as: login, scopes });
}

/** A personal access token of `viewer`'s that ended an hour ago. */
async function askExpired(site: Site): Promise<Answer> {
  const value = 'expired-personal-access-token';
  await site.changeUser('viewer', { tokens: [{ value, expiresAt: new Date(Date.now() - 3_600_000).toISOString() }] });
  return ask(site.gate, { as: 'viewer', password: value, scopes });
}

/** One who got a token a moment ago, and asks for another repository of the same product after this has changed. */
function afterwards(personOf: (kind: Kind) => Pusher, fields: object): Attack['send'] {
  return async (site) => {
    const { login, password } = personOf(site.gate.kind);
    await tokenOf(site.gate, { as: login, password, scopes });
    await site.changeUser(login, fields);
    return ask(site.gate, { as: login, password, scopes: ['repository:acme/web/other:pull,push'] });
  };
}

export const LOGIN_ATTACKS: readonly Attack[] = [
  ...attacksOf(NOTHING_GRANTED, authorized, [
    ['anonymous', 'no login', []],
    ['empty-both', 'an empty login with an empty password', ['Basic Og==']],
  ]),
  ...attacksOf(WRONG_LOGIN, authorized, [
    ['not-base64', 'credentials that are no Base64', ['Basic ???']],
    ['no-credentials', 'nothing behind Basic', ['Basic ']],
    ['bearer', 'a bearer token', ['Bearer eyJhbGciOiJub25lIn0.e30.']],
    ['digest', 'another scheme', ['Digest username="dev"']],
  ]),
  ...attacksOf(WRONG_LOGIN, withBasic, [
    ['no-colon', 'credentials without a colon', 'dev'],
    ['not-utf-8', 'a login that is no UTF-8', Uint8Array.of(0xff, 0xfe, 0x3a, 0x78)],
    ['nul-login', 'a NUL byte in the login', 'de\0v:sandbox-dev'],
    ['nul-password', 'a NUL byte behind the password', 'dev:sandbox-dev\0'],
    ['escape-login', 'a terminal escape as login', '\u001b[2J\u001b]0;owned\u0007dev:x'],
    ['line-login', 'a log line as login', 'dev\n{"level":"error","message":"owned"}:x'],
    ['right-to-left-login', 'a login that turns the writing direction', 'dev\u202e:x'],
    ['empty-password', 'an empty password', 'dev:'],
    ['wrong-password', 'a wrong password', 'dev:wrong'],
    ['3000-password', 'a password of 3 000 characters', `dev:${'x'.repeat(3000)}`],
    ['5000-password', 'a password of 5 000 characters', `dev:${'x'.repeat(5000)}`],
    ['condition-login', 'a condition as login', "dev' OR '1'='1:x"],
  ]),
  ...attacksOf(NOT_PROPER, withBasic, [
    ['50000-password', 'a password of 50 000 characters', `dev:${'x'.repeat(50_000)}`],
  ]),
  ...attacksOf(WRONG_LOGIN, as, [['disabled', 'an account that is disabled', 'disabled']]),
  ...attacksOf(mayNotPush('viewer', 'acme/web/seed', 'acme'), as, [['viewer', 'one who may only look', 'viewer']]),
  ...attacksOf(mayNotPush('other', 'acme/web/seed', 'acme'), as, [
    ['stranger', 'one of another organization', 'other'],
  ]),
  {
    id: 'two-logins',
    what: 'a login without rights and one with',
    // Apache makes one header of the two, which is no login; nginx refuses both
    told: { apache: WRONG_LOGIN.apache, nginx: NOT_PROPER.nginx },
    send: authorized([basic('viewer', 'sandbox-viewer'), basic('dev', 'sandbox-dev')]),
  },
  { id: 'expired-pat', what: 'a personal access token that is over', told: WRONG_LOGIN, send: askExpired },
  {
    id: 'withdrawn',
    what: 'one whose right was withdrawn after a first token',
    told: {
      apache: mayNotPush('leaver-apache', 'acme/web/other', 'acme').apache,
      nginx: mayNotPush('leaver-nginx', 'acme/web/other', 'acme').nginx,
    },
    send: afterwards(leaverOf, { roles: [] }),
  },
  {
    id: 'disabled-since',
    what: 'one whose account was disabled after a first token',
    told: WRONG_LOGIN,
    send: afterwards(expelledOf, { isDisabled: true }),
  },
];
