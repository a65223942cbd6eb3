/** The dashboard as a browser asks for it. */
import { got } from 'got';
import { SESSION_COOKIE } from '../../lib/web/session.ts';

/** Of somebody who is signed in. */
export interface Visit {
  /** id of the session, which only its browser knows */
  readonly session: string;
  /** The text of a page. @throws Error unless it is answered 200 */
  get(path: string): Promise<string>;
}

/** Where it is. */
export interface DashboardAt {
  /** of the web server, or of the daemon itself */
  readonly url: string;
  /** of KPR_PUBLIC_URL */
  readonly origin: string;
  /** PEM of the authority behind the web server's certificate */
  readonly ca?: string;
}

/** @throws Error when the login is refused */
export async function signIn(
  { url, origin, ca }: DashboardAt,
  credentials: { readonly login: string; readonly password: string },
): Promise<Visit> {
  const client = got.extend({
    throwHttpErrors: false,
    followRedirect: false,
    retry: { limit: 0 },
    ...(ca !== undefined && { https: { certificateAuthority: ca } }),
  });
  const { login, password } = credentials;
  const { statusCode, headers } = await client.post(`${url}/login`, { headers: { origin }, form: { login, password } });
  const cookies = (headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0] ?? '');
  const session = cookies.find((cookie) => cookie.startsWith(`${SESSION_COOKIE}=`))?.split('=')[1];
  if (statusCode !== 303 || session === undefined) throw new Error(`signing in was answered ${statusCode}`);
  return {
    session,
    async get(path) {
      const answer = await client.get(`${url}${path}`, {
        headers: { cookie: cookies.join('; '), accept: 'text/html' },
      });
      if (answer.statusCode !== 200) throw new Error(`${path} was answered ${answer.statusCode}`);
      return answer.body;
    },
  };
}
