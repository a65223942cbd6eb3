/**
 * The installation's smart proxies and the setting, as Katello tells them: the same for every path, and kept for some
 * seconds.
 */
import { AuthError } from '../../errors.ts';
import type { Mirrored, Proxy } from '../../katello/proxies.ts';
import { createSharedLoad } from '../../katello/shared-load.ts';
import type { ProxyDeps } from './deps.ts';

export interface Installation {
  /** the primary too */
  readonly proxies: readonly Proxy[];
  /** true where Katello syncs the proxies after each publish */
  readonly isScheduled: boolean;
  /** a right that the account lacks, so that nothing is known; else null */
  readonly lacks: string | null;
}

export type ReadInstallation = (signal: AbortSignal) => Promise<Installation>;

/** A setting that was changed counts after this time. */
const KEPT_MS = 30_000;

export function createInstallation({ proxies, now }: Pick<ProxyDeps, 'proxies' | 'now'>): ReadInstallation {
  const load = createSharedLoad(
    async (signal) => {
      const listed = await unlessForbidden(() => proxies.listProxies(signal));
      if (listed === null) return { proxies: [], isScheduled: false, lacks: 'view_smart_proxies' };
      const isScheduled = await unlessForbidden(() => proxies.readAutoSync(signal));
      if (isScheduled === null) return { proxies: listed, isScheduled: false, lacks: 'view_settings' };
      return { proxies: listed, isScheduled, lacks: null };
    },
    KEPT_MS,
    now,
  );
  return (signal) => load.read(signal);
}

/** Proxies that sync from the primary, which is the one that Katello names as the host of its own registry. */
export function mirrorsOf({ proxies }: Pick<Installation, 'proxies'>, primaryHost: string | null): Proxy[] {
  const primary = primaryHost?.split(':', 1)[0];
  return proxies.filter(({ name, url }) => name !== primary && hostOf(url) !== primary);
}

/** False where there is no proxy but the one on Katello's own host: then there is nothing to see to. */
export function hasMirrors({ settings }: Pick<ProxyDeps, 'settings'>, installation: Installation): boolean {
  return installation.lacks !== null || mirrorsOf(installation, settings.katelloHost).length > 0;
}

export function carries({ environmentIds }: Proxy, { environmentId }: Mirrored): boolean {
  return environmentId !== null && environmentIds.includes(environmentId);
}

/** Null where the account lacks the right to know; a wrong password is another matter. */
async function unlessForbidden<T>(ask: () => Promise<T>): Promise<T | null> {
  try {
    return await ask();
  } catch (error) {
    if (error instanceof AuthError && error.failure.status === 403) return null;
    throw error;
  }
}

function hostOf(url: string): string | null {
  return URL.canParse(url) ? new URL(url).hostname : null;
}
