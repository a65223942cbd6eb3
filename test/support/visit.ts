/** The dashboard as a browser asks for it, without the web server before it. */

/** Asks for a page. @throws Error unless it is answered 200 */
export type Visit = (path: string) => Promise<void>;

export async function signIn(
  url: string,
  origin: string,
  { login, password }: { readonly login: string; readonly password: string },
): Promise<Visit> {
  const signedIn = await fetch(`${url}/login`, {
    method: 'POST',
    redirect: 'manual',
    headers: { origin },
    body: new URLSearchParams({ login, password }),
  });
  const cookie = signedIn.headers
    .getSetCookie()
    .map((line) => line.split(';', 1)[0])
    .join('; ');
  return async (path) => {
    const answer = await fetch(`${url}${path}`, { headers: { cookie, accept: 'text/html' } });
    await answer.text();
    if (answer.status !== 200) throw new Error(`${path} was answered ${answer.status}`);
  };
}
