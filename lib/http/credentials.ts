/** How the reactor shows who it is, and what of that must never be shown to anybody else. */

export type Credentials =
  | { readonly kind: 'none' }
  | { readonly kind: 'basic'; readonly login: string; readonly password: string }
  /** PEM texts; the web server in front turns the certificate into a user */
  | { readonly kind: 'certificate'; readonly cert: string; readonly key: string }
  /** only for a socket that nobody else can reach: Pulp believes the header */
  | { readonly kind: 'remote-user'; readonly user: string };

/** Header lines that carry the credentials. */
export function credentialHeaders(credentials: Credentials): Record<string, string> {
  switch (credentials.kind) {
    case 'basic':
      return { authorization: `Basic ${basicToken(credentials)}` };
    case 'remote-user':
      return { 'remote-user': credentials.user };
    case 'certificate':
    case 'none':
      return {};
    default:
      return credentials satisfies never;
  }
}

/** Texts to mask wherever a server repeats what it was sent; too short ones are left out, they would mask everything. */
export function secretsOf(credentials: Credentials): string[] {
  if (credentials.kind !== 'basic') return [];
  return [credentials.password, basicToken(credentials)].filter((secret) => secret.length >= 4);
}

function basicToken({ login, password }: { login: string; password: string }): string {
  return Buffer.from(`${login}:${password}`).toString('base64');
}
