/**
 * Requests within requests: what the web server takes for one request, what stands behind it might take for two. The
 * inner one asks Pulp by a name without the prefix, as a user whom no web server has let in.
 */
import { NOT_IN_TOKEN, NOT_PROPER } from '../answers.ts';
import { type Answers, type Attack, attacksOf, both } from '../attack.ts';
import { sendBytes, tokenOf } from '../client.ts';

/** First segment of the name in the inner request. */
const SMUGGLED = 'smuggled';
const INNER = `GET /v2/${SMUGGLED}/x/tags/list HTTP/1.1\r\nHost: localhost\r\nREMOTE-USER: admin\r\n\r\n`;
const IN_CHUNK = `${INNER.length.toString(16)}\r\n${INNER}\r\n0\r\n\r\n`;

/** True if the log of what Pulp was asked names the inner request as it was sent. With the prefix, it was let in. */
export function isSmuggledIn(log: string): boolean {
  return log.includes(`/v2/${SMUGGLED}/`);
}

/** Headers that frame the outer request, and what follows its last header. */
type Framed = readonly [headers: readonly string[], rest: string];

/** The outer request is one that Pulp refuses, and keeps the connection open. */
function framed([headers, rest]: Framed): Attack['send'] {
  return async ({ gate }) => {
    const token = await tokenOf(gate, { scopes: ['repository:acme/web/seed:pull,push'] });
    const outer = ['PATCH /v2/acme/web/other/blobs/uploads/0198 HTTP/1.1', `Host: ${gate.registry}`];
    const lines = [...outer, `Authorization: Bearer ${token}`, ...headers];
    const [first] = await sendBytes(gate, Buffer.from(`${lines.join('\r\n')}\r\n\r\n${rest}`));
    if (first) return first;
    throw new Error('no answer');
  };
}

const CHUNKED = 'Transfer-Encoding: chunked';
const EMPTY = 'Content-Length: 0';
/** Apache reads it as one of the two ways and sends it on as that; nginx refuses it. */
const MADE_CLEAR: Answers = { apache: NOT_IN_TOKEN.apache, nginx: NOT_PROPER.nginx };
/** The other way round. */
const MADE_CLEAR_BY_NGINX: Answers = { apache: NOT_PROPER.apache, nginx: NOT_IN_TOKEN.nginx };
const NO_SUCH_CODING: Answers = {
  apache: NOT_PROPER.apache,
  nginx: both(501, 'UNSUPPORTED', 'no proper request').nginx,
};

export const SMUGGLING_ATTACKS: readonly Attack[] = [
  ...attacksOf(MADE_CLEAR, framed, [
    [
      'cl-te',
      'a length and chunks, the inner request behind the last chunk',
      [[`Content-Length: ${5 + INNER.length}`, CHUNKED], `0\r\n\r\n${INNER}`],
    ],
    ['te-cl', 'a length and chunks, the inner request in a chunk', [['Content-Length: 4', CHUNKED], IN_CHUNK]],
    ['te-folded', 'chunks by a header on two lines', [[EMPTY, 'Transfer-Encoding:\r\n chunked'], IN_CHUNK]],
  ]),
  ...attacksOf(NOT_PROPER, framed, [
    ['two-lengths', 'two lengths', [[EMPTY, `Content-Length: ${INNER.length}`], INNER]],
    ['length-list', 'two lengths in one header', [[`Content-Length: 0, ${INNER.length}`], INNER]],
    ['length-plus', 'a length with a sign', [[`Content-Length: +${INNER.length}`], INNER]],
    ['length-negative', 'a length below zero', [['Content-Length: -1'], INNER]],
    ['length-hex', 'a length in hexadecimal', [[`Content-Length: 0x${INNER.length.toString(16)}`], INNER]],
    ['te-blank', 'chunks, with a blank before the colon', [[EMPTY, 'Transfer-Encoding : chunked'], IN_CHUNK]],
    ['te-twice', 'chunks and no chunks', [[CHUNKED, 'Transfer-Encoding: identity'], IN_CHUNK]],
    ['bare-cr', 'chunks behind a carriage return alone', [[EMPTY, 'X: y\rTransfer-Encoding: chunked'], IN_CHUNK]],
    ['header-nul', 'a NUL byte in a header', [[EMPTY, 'X: \0'], INNER]],
    ['chunk-bad', 'a chunk whose length is none', [[CHUNKED], `zz\r\n${INNER}`]],
  ]),
  ...attacksOf(NO_SUCH_CODING, framed, [
    ['te-unknown', 'an unknown coding', [[EMPTY, 'Transfer-Encoding: xchunked'], IN_CHUNK]],
    ['te-list', 'a coding behind chunks', [['Transfer-Encoding: chunked, identity'], IN_CHUNK]],
    ['te-quoted', 'a quoted coding', [[EMPTY, 'Transfer-Encoding: "chunked"'], IN_CHUNK]],
  ]),
  ...attacksOf({ apache: both(413, 'UNSUPPORTED', 'no proper request').apache, nginx: NOT_PROPER.nginx }, framed, [
    ['chunk-huge', 'a chunk longer than any number', [[CHUNKED], `10000000000000000\r\n${INNER}`]],
  ]),
  ...attacksOf(MADE_CLEAR_BY_NGINX, framed, [
    ['chunk-extension', 'a line feed in a chunk extension', [[CHUNKED], `0;x=\n\r\n\r\n${INNER}`]],
  ]),
  ...attacksOf(NOT_IN_TOKEN, framed, [
    ['te-underscore', 'chunks by a header with an underscore', [[EMPTY, 'Transfer_Encoding: chunked'], IN_CHUNK]],
    ['trailer', 'a user in a trailer', [[CHUNKED, 'Trailer: REMOTE-USER'], '0\r\nREMOTE-USER: admin\r\n\r\n']],
    ['pipelined', 'a second request right behind', [[EMPTY], INNER]],
    ['upgrade', 'an upgrade to HTTP/2', [[EMPTY, 'Connection: Upgrade', 'Upgrade: h2c'], INNER]],
  ]),
];
