/**
 * The tokens that Pulp's registry checks.
 *
 * @see pulp_container 2.27 to 2.30: it wants its configured algorithm, `iss` letter by letter its TOKEN_SERVER, the
 *   request's Host in `aud`, `access` always there (and empty for `/v2/` itself), and knows no leeway for `iat` and `nbf`
 */
import { createPrivateKey, randomUUID } from 'node:crypto';
import { importPKCS8, importSPKI, jwtVerify, SignJWT } from 'jose';
import { describePublicKey } from './keys.ts';

/** One entry of the claim `access`. */
export interface Access {
  readonly type: 'repository';
  /** as Pulp's URL has it */
  readonly name: string;
  readonly actions: readonly ('pull' | 'push')[];
}

export interface TokenOptions {
  readonly issuer: string;
  /** Pulp user whom the token names; null: nobody */
  readonly subject: string | null;
  /** how long clients are told to use it */
  readonly seconds: number;
  /** PEM of the private key as it is now */
  readonly readKey: () => string;
}

/** What a client reads. Never a refresh token: docker would store it in place of the password. */
export interface TokenAnswer {
  readonly token: string;
  readonly access_token: string;
  readonly expires_in: number;
  readonly issued_at: string;
}

export interface Tokens {
  /** @throws Error when there is no usable key */
  issue(audience: string, access: readonly Access[]): Promise<TokenAnswer>;
  /** True for a token of ours for this audience that is not over. */
  isValid(token: string, audience: string): Promise<boolean>;
}

/** As Pulp's TOKEN_SIGNATURE_ALGORITHM. */
export const ALGORITHM = 'ES256';
/** Clocks may differ by so much. */
export const BACKDATED_SECONDS = 30;
/** A token works for longer than clients use it, so that none is sent dead. */
const GRACE_SECONDS = 60;

export function createTokens({ issuer, subject, seconds, readKey }: TokenOptions): Tokens {
  let loaded: { readonly pem: string; readonly pair: ReturnType<typeof importPair> } | null = null;

  /** Imported again when the file changes: a rotated key works at once. */
  function keys(): ReturnType<typeof importPair> {
    const pem = readKey();
    if (loaded?.pem !== pem) loaded = { pem, pair: importPair(pem) };
    return loaded.pair;
  }

  return {
    async issue(audience, access) {
      const now = new Date();
      const nowSeconds = Math.floor(now.getTime() / 1000);
      const token = await new SignJWT({ access })
        .setProtectedHeader({ alg: ALGORITHM, typ: 'JWT' })
        .setIssuer(issuer)
        .setSubject(subject ?? '')
        .setAudience(audience)
        .setIssuedAt(nowSeconds - BACKDATED_SECONDS)
        .setNotBefore(nowSeconds - BACKDATED_SECONDS)
        .setExpirationTime(nowSeconds + seconds + GRACE_SECONDS)
        .setJti(randomUUID())
        .sign((await keys()).privateKey);
      return { token, access_token: token, expires_in: seconds, issued_at: now.toISOString().replace(/\.\d+Z$/, 'Z') };
    },

    async isValid(token, audience) {
      const { publicKey } = await keys();
      return jwtVerify(token, publicKey, { algorithms: [ALGORITHM], issuer, audience }).then(
        () => true,
        () => false,
      );
    },
  };
}

async function importPair(pem: string) {
  const privateKey = createPrivateKey(pem);
  return {
    privateKey: await importPKCS8(privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), ALGORITHM),
    publicKey: await importSPKI(describePublicKey(pem), ALGORITHM),
  };
}
