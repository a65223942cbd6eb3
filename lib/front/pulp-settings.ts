/** What Pulp has to be set to, so that it takes our tokens. Pure. */
import { publicKeyFile } from './keys.ts';
import { ALGORITHM } from './token.ts';

/** Settings of pulp_container; each can be given in the environment, as PULP_ and its name. */
export interface PulpSettings {
  readonly TOKEN_AUTH_DISABLED: boolean;
  readonly TOKEN_SERVER: string;
  readonly TOKEN_SIGNATURE_ALGORITHM: string;
  readonly PUBLIC_KEY_PATH: string;
}

/** URL of the token endpoint, letter by letter Pulp's TOKEN_SERVER. */
export function realmOf(publicUrl: URL): string {
  return `${publicUrl.origin}/token`;
}

/** Of the second pulpcore-api, which takes pushes. The first keeps TOKEN_AUTH_DISABLED, which Katello needs. */
export function pulpSettings(publicUrl: URL, stateDir: string): PulpSettings {
  return {
    TOKEN_AUTH_DISABLED: false,
    TOKEN_SERVER: realmOf(publicUrl),
    TOKEN_SIGNATURE_ALGORITHM: ALGORITHM,
    PUBLIC_KEY_PATH: publicKeyFile(stateDir),
  };
}
