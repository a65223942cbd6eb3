/** Methods and hosts at Pulp's registry, each with a genuine token to push to acme/web/seed. */
import { BAD_TOKEN, DELETE_IN_KATELLO, NO_SUCH_PATH, NOT_IN_TOKEN, NOT_PROPER } from '../answers.ts';
import { type Attack, attacksOf, both } from '../attack.ts';
import type { Request } from '../wire.ts';
import { sendAsDev } from './paths.ts';

const TAG = '/v2/acme/web/seed/manifests/1';
const START = '/v2/acme/web/seed/blobs/uploads/';

function deleting(path: string): Attack['send'] {
  return (site) => sendAsDev(site, path, { method: 'DELETE' });
}

function at(target: string): (request: Request) => Attack['send'] {
  return (request) => (site) => sendAsDev(site, target, request);
}

function notAllowed(method: string): ReturnType<typeof both> {
  return both(405, 'UNSUPPORTED', `Method "${method}" not allowed.`);
}

export const METHOD_ATTACKS: readonly Attack[] = [
  ...attacksOf(DELETE_IN_KATELLO, deleting, [
    ['delete-tag', 'to delete a tag', TAG],
    ['delete-escaped', 'to delete it at an escaped path', '/v2/acme/web/seed/%6danifests/1'],
    ['delete-slash', 'to delete it at a path with a slash behind', `${TAG}/`],
    ['delete-prefixed', 'to delete it by its name in Pulp', '/v2/kpr.push/acme/web/seed/manifests/1'],
    ['delete-layer', 'to delete a layer', `/v2/acme/web/seed/blobs/sha256:${'0'.repeat(64)}`],
  ]),
  ...attacksOf(notAllowed('POST'), at(TAG), [
    [
      'delete-override',
      'to delete it by a header',
      { method: 'POST', headers: [['X-HTTP-Method-Override', 'DELETE']] },
    ],
  ]),
  ...attacksOf(
    { apache: notAllowed('TRACE').apache, nginx: both(405, 'UNSUPPORTED', 'no proper request').nginx },
    at(TAG),
    [['v2-trace', 'the method TRACE', { method: 'TRACE' }]],
  ),
  ...attacksOf(notAllowed('PROPFIND'), at(TAG), [['v2-propfind', 'the method PROPFIND', { method: 'PROPFIND' }]]),
  ...attacksOf(notAllowed('KPR'), at(TAG), [['v2-invented', 'an invented method', { method: 'KPR' }]]),
  ...attacksOf(BAD_TOKEN, at(START), [
    ['other-host', 'the name of another registry', { method: 'POST', headers: [['Host', 'evil.example.com']] }],
    [
      'forwarded-host',
      'the name of another registry, and ours as the forwarded one',
      {
        method: 'POST',
        headers: [
          ['Host', 'evil.example.com'],
          ['X-Forwarded-Host', 'localhost'],
        ],
      },
    ],
  ]),
  ...attacksOf(NOT_PROPER, at(START), [
    [
      'two-hosts',
      'two names',
      {
        method: 'POST',
        headers: [
          ['Host', 'localhost'],
          ['Host', 'evil.example.com'],
        ],
      },
    ],
    ['no-host', 'no name', { method: 'POST', headers: [['Host', '']] }],
  ]),
  ...attacksOf(
    { apache: NO_SUCH_PATH.apache, nginx: NOT_IN_TOKEN.nginx },
    at('https://localhost/v2/globex/secret/blobs/uploads/'),
    [['absolute', "another organization's repository as a whole URL", { method: 'POST' }]],
  ),
  ...attacksOf(
    { apache: both(502, '', '502 Proxy Error').apache, nginx: NOT_PROPER.nginx },
    at('evil.example.com:443'),
    [['connect', 'a way through to another host', { method: 'CONNECT' }]],
  ),
];
