/** Requests to servers of ours, wherever they are: over TCP, over TLS with an authority of our own, through a unix socket. */
import { type IncomingMessage, request as overHttp } from 'node:http';
import { request as overTls } from 'node:https';
import { buffer } from 'node:stream/consumers';

/** A server, and who we are to it. */
export interface Door {
  /** `http://HOST:PORT`, `https://HOST:PORT`, or `unix:/PATH` of a socket behind which Pulp believes who we say we are */
  readonly url: string;
  readonly login: string;
  /** nobody asks for it behind a socket */
  readonly password: string;
  /** PEM of the authority that made its certificate; left out: those that Node trusts */
  readonly ca?: string;
}

export interface Sending {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Statuses whose answers have no body (RFC 9110). */
const BODILESS = [204, 205, 304];

/** Header lines that tell who we are: Basic, or the login as REMOTE-USER behind a unix socket. */
export function identify({ url, login, password }: Door): Record<string, string> {
  if (socketOf(url) !== null) return { 'remote-user': login };
  return { authorization: `Basic ${Buffer.from(`${login}:${password}`).toString('base64')}` };
}

/**
 * Sends a request and answers once its answer is whole; follows no redirect.
 *
 * @param path from the root of the server, with its query
 */
export async function send(
  { url, ca }: Pick<Door, 'url' | 'ca'>,
  method: string,
  path: string,
  { headers = {}, body, signal }: Sending = {},
): Promise<Response> {
  const socketPath = socketOf(url);
  const target = new URL(path, socketPath === null ? url : 'http://localhost');
  const open = target.protocol === 'https:' ? overTls : overHttp;
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    const asked = open(target, {
      method,
      headers,
      // A kept connection may be closed by the server at the moment of a write.
      agent: false,
      ...(socketPath !== null && { socketPath }),
      ...(ca !== undefined && { ca }),
      ...(signal && { signal }),
    });
    asked.once('error', reject).once('response', resolve).end(body);
  });

  const bytes = await buffer(answer);
  const status = answer.statusCode ?? 0;
  return new Response(BODILESS.includes(status) ? null : bytes, { status, headers: headersOf(answer) });
}

/** Path of the socket, or null for a URL of the web. */
function socketOf(url: string): string | null {
  return url.startsWith('unix:') ? url.slice('unix:'.length) : null;
}

function headersOf({ rawHeaders }: IncomingMessage): Headers {
  const headers = new Headers();
  for (let index = 0; index < rawHeaders.length; index += 2) {
    headers.append(rawHeaders[index] ?? '', rawHeaders[index + 1] ?? '');
  }
  return headers;
}
