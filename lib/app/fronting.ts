/**
 * The token endpoint with everything it needs.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Config } from '../config.ts';
import type { FrontDeps, FrontSettings } from '../front/deps.ts';
import { realmOf } from '../front/pulp-settings.ts';
import type { Logger } from '../log.ts';
import { createPushProduct } from '../reconcile/create.ts';
import type { HooksDeps } from '../web/hooks.ts';
import type { Daemon } from './daemon.ts';
import { reconcileSettings } from './reconciling.ts';
import type { TokenKey } from './token-key.ts';

/** What the token endpoint is put together from. */
export interface Fronting {
  readonly config: Config;
  readonly daemon: Pick<Daemon, 'clients' | 'directory' | 'store' | 'metrics' | 'throttle' | 'hint' | 'orphaning'>;
  readonly key: TokenKey;
  readonly log: Logger;
}

/** Narrows the daemon to what the front asks for; the hints and grants it gives never fail a token. */
export function createFrontDeps({ config, daemon, key, log: parent }: Fronting): FrontDeps {
  const { clients, directory, store, metrics, throttle, hint, orphaning } = daemon;
  const { pulp, katello, users } = clients;
  const log = parent.child({ component: 'front' });
  const making = {
    katello,
    directory,
    settings: reconcileSettings(config),
    acquireLease: (name: string, ttlMs: number) => store.acquireLease(name, ttlMs),
    log,
  };
  return {
    settings: settingsOf(config),
    releaseOrphan: (path, signal) => orphaning.orphans.release(path, signal),
    users,
    throttle,
    directory,
    findRepository: (id, signal) => katello.findRepository(id, signal),
    pulp,
    createPushProduct: (organization, path, signal) => createPushProduct(making, { organization, path }, signal),
    readKey: () => key.read(),
    onGranted: ({ path, login }) => {
      hint('token', path);
      store.grants.note(path, login).catch((error: unknown) => log.debug('grant is not kept', { path, error }));
    },
    onAnswered: (outcome) => metrics.tokenAnswered(outcome),
    log,
    now: () => performance.now(),
    delay: (ms, signal) => delay(ms, undefined, { signal }),
  };
}

/** What whoever saw a push may tell. */
export function createHooksDeps(
  { hooks, pathPrefix: prefix }: Pick<Config, 'hooks' | 'pathPrefix'>,
  { store, hint }: Pick<Daemon, 'store' | 'hint'>,
): HooksDeps {
  return {
    secret: () => hooks.secret?.reveal() ?? null,
    token: () => hooks.token?.reveal() ?? null,
    noteId: (id) => store.hints.noteId(id),
    hint,
    prefix,
    now: () => performance.now(),
  };
}

function settingsOf(config: Config): FrontSettings {
  return {
    realm: realmOf(config.publicUrl),
    host: config.publicUrl.host,
    registryHosts: config.registryHosts,
    prefix: config.pathPrefix,
    pushProduct: config.pushProduct.name,
    katelloHost: config.katello.url.host,
    organizationsAllow: config.organizations.allow,
    organizationsDeny: config.organizations.deny,
    tokenSeconds: config.token.seconds,
    cacheMs: config.token.cacheMs,
    subject: config.token.subject,
  };
}
