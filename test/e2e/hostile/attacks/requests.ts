/** Token requests of another form: methods, bodies, headers. */
import { basic } from '../../../support/told.ts';
import { mayNotPush, NO_SUCH_METHOD, NOT_PROPER, NOT_SERVED, TOO_LONG, WRONG_LOGIN } from '../answers.ts';
import { type Attack, attacksOf, both } from '../attack.ts';
import { type Ask, ask, send } from '../client.ts';
import type { Header } from '../wire.ts';

const FORM: Header = ['Content-Type', 'application/x-www-form-urlencoded'];
const DEV: Header = ['Authorization', basic('dev', 'sandbox-dev')];
const SECRET = 'repository:globex/secret:push';

/** A form, with the registry as its service. */
function posted(form: Readonly<Record<string, string>>): Attack['send'] {
  return ({ gate }) => {
    const body = new URLSearchParams({ service: gate.registry, ...form }).toString();
    return send(gate, '/token', { method: 'POST', headers: [FORM], body });
  };
}

function by(method: string): Attack['send'] {
  return ({ gate }) => send(gate, '/token', { method, headers: [DEV] });
}

function asked(request: Ask): Attack['send'] {
  return ({ gate }) => ask(gate, request);
}

export const REQUEST_ATTACKS: readonly Attack[] = [
  ...attacksOf(NO_SUCH_METHOD, posted, [
    ['refresh', 'a refresh token', { grant_type: 'refresh_token', refresh_token: 'x' }],
    ['huge-form', 'a form of 100 kB', { grant_type: 'password', x: 'a'.repeat(100_000) }],
  ]),
  ...attacksOf(mayNotPush('dev', 'globex/secret', 'globex'), posted, [
    [
      'form',
      "a form for another organization's name",
      { grant_type: 'password', username: 'dev', password: 'sandbox-dev', scope: SECRET },
    ],
  ]),
  ...attacksOf(WRONG_LOGIN, posted, [
    ['form-without-login', 'a form without a login', { grant_type: 'password', scope: SECRET }],
  ]),
  {
    id: 'json',
    what: 'a body of JSON',
    told: NO_SUCH_METHOD,
    send: ({ gate }) => {
      const headers: Header[] = [['Content-Type', 'application/json']];
      return send(gate, '/token', { method: 'POST', headers, body: '{"grant_type":"password"}' });
    },
  },
  ...attacksOf(NO_SUCH_METHOD, by, [
    ['put', 'the method PUT', 'PUT'],
    ['delete-method', 'the method DELETE', 'DELETE'],
  ]),
  ...attacksOf({ apache: NOT_SERVED.apache, nginx: both(405, 'UNSUPPORTED', 'no proper request').nginx }, by, [
    ['trace', 'the method TRACE', 'TRACE'],
  ]),
  ...attacksOf(both(400, '', 'Client Error'), by, [['invented', 'an invented method', 'KPR']]),
  ...attacksOf(mayNotPush('dev', 'globex/secret', 'globex'), asked, [
    ['remote-user', 'REMOTE-USER: admin', { scopes: [SECRET], headers: [['REMOTE-USER', 'admin']] }],
    ['remote-underscore', 'Remote_User: admin', { scopes: [SECRET], headers: [['Remote_User', 'admin']] }],
  ]),
  ...attacksOf(NOT_PROPER, asked, [
    ['huge-header', 'a header of 100 kB', { headers: [['X-Large', 'a'.repeat(100_000)]] }],
    [
      'many-headers',
      '1 000 headers',
      { headers: Array.from({ length: 1000 }, (_, n): Header => [`X-H${n}`, 'a'.repeat(50)]) },
    ],
  ]),
  ...attacksOf(TOO_LONG, asked, [['long-url', 'a URL of 20 000 characters', { query: `&x=${'a'.repeat(20_000)}` }]]),
];
