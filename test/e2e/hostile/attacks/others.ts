/** What belongs to globex, reached for with a genuine token to push to acme/web/seed. */
import { DELETE_IN_KATELLO, NO_SUCH_PATH, NOT_IN_TOKEN } from '../answers.ts';
import { type Answers, type Attack, attacksOf, both } from '../attack.ts';
import type { Site } from '../site.ts';
import type { Header, Request } from '../wire.ts';
import { sendAsDev } from './paths.ts';

const OURS = '/v2/acme/web/seed';
const THEIRS = '/v2/globex/secret';
const START: Request = { method: 'POST' };

/** Writes the request of an attack, as target and the rest of it. */
type Written = (site: Site) => readonly [target: string, request?: Request];

function written(write: Written): Attack['send'] {
  return (site) => sendAsDev(site, ...write(site));
}

/** Digest of a layer that only globex/secret holds. */
function layerOf({ secret }: Site): string {
  return secret.blobs[1]?.digest ?? '';
}

/** What they pushed, to be put. */
function manifestOf({ secret }: Site): Request {
  const type: Header = ['Content-Type', secret.manifest.mediaType];
  return { method: 'PUT', headers: [type], body: secret.manifest.bytes };
}

/** The first request of a push that mounts their layer. */
function mount(query: string): Attack['send'] {
  return written((site) => [`${OURS}/blobs/uploads/?mount=${layerOf(site)}${query}`, START]);
}

function unknown(code: string, message: string): Answers {
  return both(404, code, message);
}

const NO_QUERY: Answers = { apache: NO_SUCH_PATH.apache, nginx: both(400, 'NAME_INVALID', 'no such query').nginx };
const UPLOAD_UNKNOWN = unknown('', 'No Upload matches the given query.');

export const READ_ATTACKS: readonly Attack[] = [
  ...attacksOf<Written>(NOT_IN_TOKEN, written, [
    ['their-tags', 'their tags', () => [`${THEIRS}/tags/list`]],
    ['their-manifest', 'their manifest', () => [`${THEIRS}/manifests/1`]],
    ['their-layer', 'their layer', (site) => [`${THEIRS}/blobs/${layerOf(site)}`]],
    [
      'their-signatures',
      'their signatures',
      ({ secret }) => [`/extensions/v2/globex/secret/signatures/${secret.manifest.digest}`],
    ],
  ]),
  ...attacksOf(unknown('MANIFEST_UNKNOWN', 'Manifest not found.'), written, [
    [
      'their-manifest-here',
      'their manifest by its digest, at our name',
      ({ secret }) => [`${OURS}/manifests/${secret.manifest.digest}`],
    ],
  ]),
  ...attacksOf(unknown('BLOB_UNKNOWN', 'Blob not found, hello!?'), written, [
    ['their-layer-here', 'their layer by its digest, at our name', (site) => [`${OURS}/blobs/${layerOf(site)}`]],
  ]),
];

export const MOUNT_ATTACKS: readonly Attack[] = [
  ...attacksOf(NOT_IN_TOKEN, mount, [
    ['mount', 'to mount their layer', '&from=globex/secret'],
    ['mount-prefixed', 'to mount it by their name in Pulp', '&from=kpr.push/globex/secret'],
    ['mount-katello', "to mount it from Katello's repository", '&from=globex/container_push/secret'],
    ['mount-escaped', 'to mount it by an escaped name', '&from=globex%2Fsecret'],
  ]),
  ...attacksOf(NO_QUERY, mount, [
    ['mount-two', 'to mount from two repositories', '&from=acme/web/seed&from=globex/secret'],
    ['mount-key', 'to mount by an escaped parameter', '&fr%6fm=globex/secret'],
    ['mount-double', 'to mount by a name escaped twice', '&from=globex%252Fsecret'],
  ]),
  ...attacksOf(NOT_IN_TOKEN, written, [
    [
      'mount-manifest',
      'to put their manifest and mount from them',
      (site) => [`${OURS}/manifests/hostile?mount=${layerOf(site)}&from=globex/secret`, manifestOf(site)],
    ],
  ]),
  ...attacksOf(both(400, 'BLOB_UNKNOWN', 'blob unknown to registry'), written, [
    [
      'their-image',
      'to put their manifest, whose layers we never sent',
      (site) => [`${OURS}/manifests/hostile`, manifestOf(site)],
    ],
  ]),
];

const BYTES: Request = { headers: [['Content-Type', 'application/octet-stream']], body: 'evil' };
const CHUNKS: Request = { headers: [['Transfer-Encoding', 'chunked']], body: '4\r\nevil\r\n0\r\n\r\n' };
const RANGE: Request = { headers: [['Content-Range', '0-3']], body: 'evil' };

export const WRITE_ATTACKS: readonly Attack[] = [
  ...attacksOf(NOT_IN_TOKEN, written, [
    [
      'append',
      'to append to their upload',
      ({ upload }) => [`${THEIRS}/blobs/uploads/${upload}`, { method: 'PATCH', ...BYTES }],
    ],
    [
      'append-chunks',
      'the same in chunks',
      ({ upload }) => [`${THEIRS}/blobs/uploads/${upload}`, { method: 'PATCH', ...CHUNKS }],
    ],
    ['give-up', 'to give up their upload', ({ upload }) => [`${THEIRS}/blobs/uploads/${upload}`, { method: 'DELETE' }]],
    [
      'sign',
      'to sign their image',
      ({ secret }) => [
        `/extensions/v2/globex/secret/signatures/${secret.manifest.digest}`,
        { method: 'PUT', body: JSON.stringify({ schemaVersion: 2, name: 'x', type: 'atomic', content: 'eA==' }) },
      ],
    ],
  ]),
  ...attacksOf(UPLOAD_UNKNOWN, written, [
    [
      'append-here',
      'to append to it at our name',
      ({ upload }) => [`${OURS}/blobs/uploads/${upload}`, { method: 'PATCH', ...BYTES }],
    ],
    [
      'append-range',
      'the same with a range',
      ({ upload }) => [`${OURS}/blobs/uploads/${upload}`, { method: 'PATCH', ...RANGE }],
    ],
    [
      'append-large',
      'the same in chunks',
      ({ upload }) => [`${OURS}/blobs/uploads/${upload}`, { method: 'PATCH', ...CHUNKS }],
    ],
    [
      'end-here',
      'to end it at our name',
      ({ upload }) => [`${OURS}/blobs/uploads/${upload}?digest=sha256:${'0'.repeat(64)}`, { method: 'PUT', ...BYTES }],
    ],
  ]),
  ...attacksOf(DELETE_IN_KATELLO, written, [
    [
      'delete-theirs',
      'to delete their manifest',
      ({ secret }) => [`${THEIRS}/manifests/${secret.manifest.digest}`, { method: 'DELETE' }],
    ],
    [
      'delete-their-layer',
      'to delete their layer',
      (site) => [`${THEIRS}/blobs/${layerOf(site)}`, { method: 'DELETE' }],
    ],
  ]),
];
