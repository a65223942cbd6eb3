/** The hostile table. */
import type { Attack } from './attack.ts';
import { FLOOD_ATTACKS } from './attacks/floods.ts';
import { LOGIN_ATTACKS } from './attacks/logins.ts';
import { METHOD_ATTACKS } from './attacks/methods.ts';
import { NAME_ATTACKS } from './attacks/names.ts';
import { MOUNT_ATTACKS, READ_ATTACKS, WRITE_ATTACKS } from './attacks/others.ts';
import { PATH_ATTACKS } from './attacks/paths.ts';
import { REQUEST_ATTACKS } from './attacks/requests.ts';
import { SCOPE_ATTACKS } from './attacks/scopes.ts';
import { SMUGGLING_ATTACKS } from './attacks/smuggling.ts';
import { TOKEN_ATTACKS } from './attacks/tokens.ts';

/** Attacks at one place. */
export interface Chapter {
  readonly door: 'token endpoint' | 'registry';
  /** what is attacked, and with what in hand */
  readonly title: string;
  readonly attacks: readonly Attack[];
}

/** In the order in which they run: floods last, because whoever guesses is shut out for five minutes. */
export const CHAPTERS: readonly Chapter[] = [
  { door: 'token endpoint', title: 'names, asked for by one who may push to acme', attacks: NAME_ATTACKS },
  { door: 'token endpoint', title: 'scopes and services, by the same', attacks: SCOPE_ATTACKS },
  { door: 'token endpoint', title: 'methods, bodies, headers', attacks: REQUEST_ATTACKS },
  { door: 'token endpoint', title: 'logins', attacks: LOGIN_ATTACKS },
  { door: 'registry', title: 'tokens', attacks: TOKEN_ATTACKS },
  { door: 'registry', title: 'paths, with a good token to push to acme/web/seed', attacks: PATH_ATTACKS },
  { door: 'registry', title: 'methods and hosts, with the same', attacks: METHOD_ATTACKS },
  { door: 'registry', title: 'reading what is hidden, with the same', attacks: READ_ATTACKS },
  { door: 'registry', title: 'mounting what is hidden, with the same', attacks: MOUNT_ATTACKS },
  { door: 'registry', title: "writing to another's, with the same", attacks: WRITE_ATTACKS },
  { door: 'registry', title: 'requests within requests, with the same', attacks: SMUGGLING_ATTACKS },
  { door: 'token endpoint', title: 'many wrong logins', attacks: FLOOD_ATTACKS },
];
