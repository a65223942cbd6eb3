/** Requests as a client sends them, path and all, over TLS. */
import type { ClientRequest, IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text as readText } from 'node:stream/consumers';
import type { WebSite } from '../../support/web-server/web-site.ts';

export interface Received {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

export interface Sent {
  /** [GET] */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
}

/** Sends path and query exactly as given. */
export async function send(
  server: Pick<WebSite, 'port' | 'ca'>,
  path: string,
  { body, ...options }: Sent = {},
): Promise<Received> {
  const opened = open(server, path, options);
  opened.end(body);
  const response = await answerOf(opened);
  return { status: response.statusCode ?? 0, headers: response.headers, body: await readText(response) };
}

/** A request whose body the caller writes bit by bit. */
export function open(
  server: Pick<WebSite, 'port' | 'ca'>,
  path: string,
  { method = 'GET', headers = {} }: Sent,
): ClientRequest {
  const { port, ca } = server;
  return request({ host: 'localhost', servername: 'localhost', port, ca, method, path, headers, agent: false });
}

export function answerOf(opened: ClientRequest): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    opened.once('response', resolve).once('error', reject);
  });
}
