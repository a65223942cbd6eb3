/**
 * Pulp's registry as far as tokens go: what it asks for and what it takes, as pulp_container 2.27 does. It holds no image.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import { importSPKI, type JWTPayload, jwtVerify } from 'jose';
import { z } from 'zod';

export interface RegistryOptions {
  /** TOKEN_SERVER */
  realm: string;
  /** PEM at PUBLIC_KEY_PATH; null: it cannot be read */
  publicKey: string | null;
  /** TOKEN_AUTH_DISABLED */
  isTokenAuthDisabled: boolean;
  /** users that a token may name */
  users: readonly string[];
}

export interface Registry {
  readonly options: RegistryOptions;
  /** requests that were let through and could have written something, as `METHOD URL` */
  readonly writes: string[];
  /** @param host in place of the request's Host, as a web server that drops it would make it */
  answer(request: IncomingMessage, response: ServerResponse, host?: string): Promise<void>;
}

const Access = z.array(z.object({ type: z.string(), name: z.string(), actions: z.array(z.string()) }));

export function createRegistry(given: Partial<RegistryOptions>): Registry {
  const options = { realm: '', publicKey: null, isTokenAuthDisabled: false, users: [], ...given };
  const writes: string[] = [];
  return {
    options,
    writes,
    async answer(request, response, host = request.headers.host ?? '') {
      const { method = '', url = '' } = request;
      const scopes = scopesOf(method, url);
      const challenge = (error: string) => {
        const asked = scopes.map((scope) => `,scope="${scope}"`).join('');
        const bearer = `Bearer realm="${options.realm}",service="${host}"${asked}${error}`;
        end(response, 401, { 'www-authenticate': bearer });
      };
      const pass = (status: number) => {
        if (method !== 'GET') writes.push(`${method} ${url}`);
        end(response, status);
      };

      if (scopes.length === 0 && !/^\/v2\/(\?|$)/.test(url)) return end(response, 404);
      if (options.isTokenAuthDisabled) {
        return end(response, 401, { 'www-authenticate': 'Basic realm="api"' });
      }
      const [, token] = /^bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [];
      if (token === undefined) return challenge('');
      if (options.publicKey === null) return end(response, 500);
      const claims = await verify(token, options.publicKey, options.realm, host);
      if (!claims) return challenge(',error="invalid_token"');
      if (claims.sub && !options.users.includes(claims.sub)) return challenge('');
      return isAllowed(claims, scopes)
        ? pass(scopes.length === 0 ? 200 : 404)
        : challenge(',error="insufficient_scope"');
    },
  };
}

/** What the request needs: the actions on the repository in its path, and on the one that it mounts from. */
function scopesOf(method: string, url: string): string[] {
  const [path = '', query = ''] = url.split('?');
  const [, name] =
    /^\/(?:extensions\/)?v2\/(.+)\/(?:manifests|blobs\/uploads|blobs|signatures)\/[^/]*$/.exec(path) ?? [];
  if (name === undefined) return [];
  const parameters = new URLSearchParams(query);
  const from = parameters.has('mount') ? parameters.get('from') : null;
  const action = ['GET', 'HEAD', 'OPTIONS'].includes(method) ? 'pull' : 'push';
  return [`repository:${name}:${action}`, ...(from === null ? [] : [`repository:${from}:pull`])];
}

async function verify(token: string, publicKey: string, issuer: string, audience: string): Promise<JWTPayload | null> {
  const key = await importSPKI(publicKey, 'ES256');
  return jwtVerify(token, key, { issuer, audience }).then(
    ({ payload }) => payload,
    () => null,
  );
}

/** `/v2/` itself wants a token for nothing. */
function isAllowed(claims: JWTPayload, scopes: readonly string[]): boolean {
  const access = Access.parse(claims['access']);
  if (scopes.length === 0) return access.length === 0;
  const allowed = access.flatMap(({ type, name, actions }) => actions.map((action) => `${type}:${name}:${action}`));
  return scopes.every((scope) => allowed.includes(scope));
}

function end(response: ServerResponse, status: number, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end('{}');
}
