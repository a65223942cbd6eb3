/** Where a server is reached: an https or http URL, or a unix socket. */
import { ConfigError } from '../errors.ts';

export interface BaseUrl {
  /** `https://host:port`; behind a unix socket `http://localhost` */
  readonly origin: string;
  readonly socketPath: string | null;
  /** path of the base URL; begins and ends with `/` */
  readonly path: string;
}

/**
 * Reads `https://host/path/`, `http://host`, `unix:/run/api.sock` or `unix:/run/api.sock:/path/`.
 *
 * @throws E_CONFIG; the message does not repeat the text, which may hold a password
 */
export function parseBaseUrl(text: string): BaseUrl {
  if (text.startsWith('unix:')) return parseSocket(text.slice('unix:'.length));

  const url = URL.canParse(text) ? new URL(text) : null;
  if (url === null || !['https:', 'http:'].includes(url.protocol)) {
    throw new ConfigError('a base URL begins with https://, http:// or unix:/');
  }
  if (url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') {
    throw new ConfigError('a base URL holds no login, query or fragment');
  }
  return { origin: url.origin, socketPath: null, path: withSlash(url.pathname) };
}

/** @param rest `/run/api.sock` or `/run/api.sock:/path/` */
function parseSocket(rest: string): BaseUrl {
  const colon = rest.lastIndexOf(':/');
  const socketPath = colon > 0 ? rest.slice(0, colon) : rest;
  if (!socketPath.startsWith('/')) throw new ConfigError('a unix: base URL holds an absolute path');
  return {
    origin: 'http://localhost',
    socketPath,
    path: withSlash(colon > 0 ? rest.slice(colon + 1) : '/'),
  };
}

function withSlash(path: string): string {
  return path.endsWith('/') ? path : `${path}/`;
}
