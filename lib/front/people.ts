/** A person who asks for a token: proves who they are, and what Katello says they may do. */
import { refuse } from '../domain/reason.ts';
import type { Credential } from './credential.ts';
import type { FrontDeps, ProductRef, ProductRights, User } from './deps.ts';
import type { Fingerprint } from './fingerprint.ts';
import { createKept } from './memory.ts';

/**
 * One person during one request. Every function proves the login on the way.
 *
 * All throw E_REFUSED bad-credentials or too-many-failures; what Katello's silence throws is never a yes.
 */
export interface Person {
  readonly login: string;
  isProven(): boolean;
  /** Asks Katello only if no other question has proved the login yet. */
  checkLogin(signal: AbortSignal): Promise<void>;
  /** Asked once a product. */
  readRights(product: ProductRef, signal: AbortSignal): Promise<ProductRights | 'hidden'>;
  /** Names of permissions, whatever their filters; `hidden`: no member of the organization. */
  readPermissions(organizationId: number, signal: AbortSignal): Promise<ReadonlySet<string> | 'hidden'>;
  /** Any other question, asked under the same limits. */
  ask<T>(question: (user: User) => Promise<T | 'unauthenticated'>, signal: AbortSignal): Promise<T>;
}

export interface People {
  /** @param host what to log in to, for messages */
  meet(credential: Credential, address: string, host: string): Person;
}

/** A wrong password is not sent again for so long. */
const WRONG_MS = 60_000;
/** A right one counts as known for so long. */
const KNOWN_MS = 12 * 3_600_000;

export function createPeople(
  { users, throttle, log, now }: Pick<FrontDeps, 'users' | 'throttle' | 'log' | 'now'>,
  fingerprint: Fingerprint,
): People {
  const wrong = createKept<object>({ ttlMs: WRONG_MS, now });
  const known = createKept<object>({ ttlMs: KNOWN_MS, now });

  return {
    meet({ login, password }, address, host) {
      const user: User = { login, password, address };
      const key = fingerprint(login, password);
      const rights = new Map<number, Promise<ProductRights | 'hidden'>>();
      let isProven = false;

      async function ask<T>(question: () => Promise<T | 'unauthenticated'>, signal: AbortSignal): Promise<T> {
        if (wrong.has(key)) throw refuse('bad-credentials', { host });
        const answer = await throttle.run(
          {
            login,
            isKnown: known.has(key),
            ask: question,
            isWrong: (given) => given === 'unauthenticated',
            mayHaveCounted: (error) => users.mayHaveCounted(error),
          },
          signal,
        );
        if (answer === 'unauthenticated') {
          wrong.set(key, {});
          known.delete(key);
          log.info('katello refuses a login', { client: address });
          throw refuse('bad-credentials', { host });
        }
        isProven = true;
        if (answer !== 'hidden') known.set(key, {});
        return answer;
      }

      return {
        login,
        isProven: () => isProven,
        async checkLogin(signal) {
          if (isProven) return;
          await ask(async () => (await users.isAuthentic(user, signal)) || 'unauthenticated', signal);
        },
        readRights(product, signal) {
          const asked = rights.get(product.id) ?? ask(() => users.readProductRights(user, product, signal), signal);
          rights.set(product.id, asked);
          return asked;
        },
        readPermissions: (organizationId, signal) =>
          ask(() => users.readPermissions(user, organizationId, signal), signal),
        ask: (question, signal) => ask(() => question(user), signal),
      };
    },
  };
}
