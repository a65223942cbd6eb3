/**
 * Requests over TLS exactly as written, byte by byte: an ordinary client tidies up what an attacker sends, and reads one
 * answer where an attacker looks for two.
 */
import { connect as connectTcp } from 'node:net';
import { connect } from 'node:tls';

/** Where requests go to. */
export interface Door {
  /** of `localhost` */
  readonly port: number;
  /** PEM of the authority behind its certificate */
  readonly ca: string;
}

export interface Answer {
  readonly status: number;
  /** names in lower case; of several the last one */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

export type Header = readonly [name: string, value: string];

export interface Request {
  /** [GET] */
  readonly method?: string;
  /** [HTTP/1.1] */
  readonly version?: string;
  /** in this order; Host and `Connection: close` come first unless they are named here */
  readonly headers?: readonly Header[];
  readonly body?: string | Buffer;
}

/** A server that waits for the rest of a request says nothing: it is left after so long. */
const SILENCE_MS = 5000;

/** The request as bytes; target and headers as given, in UTF-8. A body gets its length unless a header tells one. */
export function write(host: string, target: string, request: Request = {}): Buffer {
  const { method = 'GET', version = 'HTTP/1.1', headers = [], body = '' } = request;
  const names = new Set(headers.map(([name]) => name.trim().toLowerCase()));
  const isFramed = names.has('content-length') || names.has('transfer-encoding') || body.length === 0;
  const lines = [
    `${method} ${target} ${version}`,
    ...(names.has('host') ? [] : [`Host: ${host}`]),
    ...(names.has('connection') ? [] : ['Connection: close']),
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(isFramed ? [] : [`Content-Length: ${Buffer.byteLength(body)}`]),
  ];
  return Buffer.concat([Buffer.from(`${lines.join('\r\n')}\r\n\r\n`), Buffer.from(body)]);
}

/**
 * Sends the bytes over one connection and answers everything that came back before the server hung up or fell silent.
 *
 * @param from local address, which the web server sees [127.0.0.1]
 */
export async function exchange({ port, ca }: Door, bytes: Buffer, from = '127.0.0.1'): Promise<Answer[]> {
  const chunks: Buffer[] = [];
  await new Promise<void>((resolve) => {
    const tcp = connectTcp({ host: '127.0.0.1', port, localAddress: from });
    const socket = connect({ socket: tcp, ca, servername: 'localhost' });
    tcp.once('error', (error) => socket.destroy(error));
    socket.setTimeout(SILENCE_MS, () => socket.destroy());
    socket.on('data', (chunk: Buffer) => chunks.push(chunk));
    // a server may hang up on an attacker at any moment; what it said before counts
    socket.on('error', () => socket.destroy());
    socket.once('close', () => resolve());
    socket.write(bytes);
  });
  return readAnswers(Buffer.concat(chunks).toString('latin1'));
}

/** The answers in what one connection carried, in Latin-1. Informational ones are left out. */
export function readAnswers(text: string): Answer[] {
  const answers: Answer[] = [];
  for (let rest = text; rest !== ''; ) {
    const end = rest.indexOf('\r\n\r\n');
    const [statusLine = '', ...lines] = rest.slice(0, end < 0 ? undefined : end).split('\r\n');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(statusLine)?.[1]);
    if (end < 0 || Number.isNaN(status)) throw new Error(`no answer: ${JSON.stringify(rest.slice(0, 200))}`);
    const headers = Object.fromEntries(lines.map(readHeader));
    const [body, after] = readBody(rest.slice(end + 4), status, headers);
    if (status >= 200) answers.push({ status, headers, body: Buffer.from(body, 'latin1').toString('utf8') });
    rest = after;
  }
  return answers;
}

function readHeader(line: string): [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
}

/** @returns the body, and what comes behind it */
function readBody(text: string, status: number, headers: Answer['headers']): [string, string] {
  if (status < 200 || status === 204 || status === 304) return ['', text];
  if (headers['transfer-encoding'] === 'chunked') return readChunks(text);
  const length = headers['content-length'] === undefined ? text.length : Number(headers['content-length']);
  return [text.slice(0, length), text.slice(length)];
}

function readChunks(text: string): [string, string] {
  let body = '';
  for (let rest = text; ; ) {
    const line = rest.indexOf('\r\n');
    const length = Number.parseInt(rest.slice(0, line), 16);
    if (line < 0 || Number.isNaN(length)) return [body, '']; // cut off
    if (length === 0) return [body, rest.slice(line + 4)];
    body += rest.slice(line + 2, line + 2 + length);
    rest = rest.slice(line + 2 + length + 2);
  }
}
