/**
 * Logins of Katello as callers: asked as the person, under the limits that the token endpoint shares.
 */
import type { FastifyRequest } from 'fastify';
import type { Clients } from '../clients.ts';
import type { Config } from '../config.ts';
import { toCaller } from '../domain/account.ts';
import type { Caller } from '../domain/caller.ts';
import { clientAddress } from '../front/client-address.ts';
import { type Credential, checkCredential, readBasic } from '../front/credential.ts';
import { createFingerprint } from '../front/fingerprint.ts';
import { createMemory } from '../front/memory.ts';
import { createPeople } from '../front/people.ts';
import type { Directory } from '../katello/directory.ts';
import type { Logger } from '../log.ts';
import type { Daemon } from './daemon.ts';

/** All throw E_REFUSED bad-credentials, too-many-failures, and whatever Katello's silence throws. */
export interface Accounts {
  /** What the login may do now; null for one that may not look. */
  signIn(credential: Credential, request: FastifyRequest): Promise<Caller | null>;
  /** The same for Basic credentials in the request, as they were up to KPR_TOKEN_CACHE_SECONDS ago. */
  recognize(request: FastifyRequest): Promise<Caller | null>;
}

export interface AccountsOptions {
  readonly config: Pick<Config, 'publicUrl' | 'token'>;
  readonly daemon: Pick<Daemon, 'throttle'> & {
    readonly clients: Pick<Clients, 'users'>;
    readonly directory: Pick<Directory, 'listOrganizations'>;
  };
  readonly log: Logger;
}

/** Nobody waits longer for Katello. */
const KATELLO_MS = 25_000;

export function createAccounts({ config, daemon, log }: AccountsOptions): Accounts {
  const { clients, directory, throttle } = daemon;
  const now = () => performance.now();
  const { host } = config.publicUrl;
  const fingerprint = createFingerprint();
  const people = createPeople({ users: clients.users, throttle, log, now }, fingerprint);
  const memory = createMemory<{ readonly caller: Caller | null }>({ ttlMs: config.token.cacheMs, now }, () => true);

  const ask = async (credential: Credential, request: FastifyRequest): Promise<Caller | null> => {
    const signal = AbortSignal.timeout(KATELLO_MS);
    const person = people.meet(credential, addressOf(request), host);
    const account = await person.ask((user) => clients.users.readAccount(user, signal), signal);
    return toCaller(account, await directory.listOrganizations(signal));
  };

  return {
    signIn: async (credential, request) => ask(checkCredential(credential, host), request),
    recognize: async (request) => {
      const credential = readBasic(request.headers.authorization, host) ?? { login: '', password: '' };
      const { login, password } = checkCredential(credential, host);
      const load = async () => ({ caller: await ask({ login, password }, request) });
      return (await memory.read(fingerprint(login, password), load)).caller;
    },
  };
}

/** Of the browser, not of the web server in between. */
export function addressOf({ socket, headers }: FastifyRequest): string {
  return clientAddress(socket.remoteAddress, [headers['x-forwarded-for'] ?? []].flat().join(','));
}
