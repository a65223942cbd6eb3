/**
 * What a registry asks for: a `WWW-Authenticate` header. Pure.
 */

export interface Challenge {
  /** in lower case: bearer, basic */
  readonly scheme: string;
  readonly realm: string | null;
  /** the Host that Pulp sees */
  readonly service: string | null;
  /** `repository:NAME:ACTION`, the name as Pulp sees it */
  readonly scopes: readonly string[];
  readonly error: string | null;
}

/** Null without a challenge. */
export function readChallenge(header: string | undefined): Challenge | null {
  const [, scheme, rest = ''] = /^\s*([\w-]+)(?:\s+(.*))?$/s.exec(header ?? '') ?? [];
  if (scheme === undefined) return null;
  const fields = [...rest.matchAll(/([\w-]+)\s*=\s*"([^"]*)"/g)].map(([, name = '', value = '']) => ({
    name: name.toLowerCase(),
    value,
  }));
  const find = (wanted: string) => fields.find(({ name }) => name === wanted)?.value ?? null;
  return {
    scheme: scheme.toLowerCase(),
    realm: find('realm'),
    service: find('service'),
    scopes: fields.filter(({ name }) => name === 'scope').map(({ value }) => value),
    error: find('error'),
  };
}
