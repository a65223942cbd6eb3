/** Credentials in a request. Pure. */
import { refuse } from '../domain/reason.ts';

export interface Credential {
  readonly login: string;
  /** or a personal access token */
  readonly password: string;
}

/** Below what Katello's web server takes in one header. */
const MAX_LENGTH = 4096;
/** The characters of Base64, padded or not; whether they are bytes shows when they are decoded. */
const BASIC = /^basic +([A-Za-z0-9+/]+={0,2}) *$/i;

/**
 * The credentials of an `Authorization` header, or null for none: no header, or login and password both empty, as some
 * clients say it.
 *
 * @param host what to log in to, for the message
 * @throws E_REFUSED bad-credentials for anything else: it is wrong whatever Katello would say
 */
export function readBasic(header: string | undefined, host: string): Credential | null {
  if (header === undefined) return null;
  const [, encoded] = header.length > MAX_LENGTH ? [] : (BASIC.exec(header) ?? []);
  if (encoded === undefined) throw refuse('bad-credentials', { host });

  const text = decode(Buffer.from(encoded, 'base64')) ?? '';
  const colon = text.indexOf(':');
  if (text === ':') return null;
  return checkCredential({ login: text.slice(0, Math.max(0, colon)), password: text.slice(colon + 1) }, host);
}

/** @throws E_REFUSED bad-credentials for what no account can have */
export function checkCredential({ login, password }: Credential, host: string): Credential {
  const isPossible = [login, password].every(
    (part) => part !== '' && part.length <= MAX_LENGTH && !/\p{Cc}/u.test(part),
  );
  if (!isPossible) throw refuse('bad-credentials', { host });
  return { login, password };
}

function decode(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return null;
  }
}
