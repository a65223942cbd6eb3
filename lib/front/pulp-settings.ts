/** What Pulp has to be set to, so that it takes our tokens. Pure. */
import { publicKeyFile } from './keys.ts';
import { ALGORITHM } from './token.ts';

/** Settings of pulp_container; each can be given in the environment, as PULP_ and its name. */
export interface PulpSettings {
  readonly TOKEN_AUTH_DISABLED: boolean;
  readonly TOKEN_SERVER: string;
  readonly TOKEN_SIGNATURE_ALGORITHM: string;
  readonly PUBLIC_KEY_PATH: string;
  readonly API_APP_TTL: number;
}

/** URL of the token endpoint, letter by letter Pulp's TOKEN_SERVER. */
export function realmOf(publicUrl: URL): string {
  return `${publicUrl.origin}/token`;
}

/**
 * Seconds. A worker of pulpcore-api tells that it lives between its requests, and every half `--timeout` while it has none;
 * one that tells nothing for longer than this is taken for missing, and its next request ends the whole process (pulpcore
 * 3.105). Long enough for `--timeout 3600`, which a large layer needs.
 */
const API_APP_TTL = 7200;

/** Of the second pulpcore-api, which takes pushes. The first keeps TOKEN_AUTH_DISABLED, which Katello needs. */
export function pulpSettings(publicUrl: URL, stateDir: string): PulpSettings {
  return {
    TOKEN_AUTH_DISABLED: false,
    TOKEN_SERVER: realmOf(publicUrl),
    TOKEN_SIGNATURE_ALGORITHM: ALGORITHM,
    PUBLIC_KEY_PATH: publicKeyFile(stateDir),
    API_APP_TTL,
  };
}
