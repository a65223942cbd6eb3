/**
 * Smart proxies: sees to it that each one that carries Library gets what was published, and tells people how it is.
 */
import type { LastResult } from '../../domain/proxy-state.ts';
import { RefusedError } from '../../errors.ts';
import type { LookEnd, ProxyDeps } from './deps.ts';
import { carries, createInstallation, mirrorsOf } from './installation.ts';
import { findMirrored, isAutomatic, look } from './look.ts';
import { sweep } from './sweep.ts';

export interface Proxies {
  /** Looks at one path, and starts what has to be started. @throws ReactorError where a system does not answer */
  look(path: string, signal: AbortSignal): Promise<LookEnd>;
  /** Queues what some proxy may lack. @throws ReactorError */
  sweep(signal: AbortSignal): Promise<void>;
  readStatus(signal: AbortSignal): Promise<ProxiesStatus>;
  /**
   * Queues a path for these proxies, or for all that carry it, whatever the setting says; answers their names.
   *
   * @returns null where nothing of the path is published
   * @throws UnknownProxyError
   */
  sync(order: SyncPathOrder, signal: AbortSignal): Promise<readonly string[] | null>;
}

export interface SyncPathOrder {
  readonly path: string;
  /** null: all that carry it */
  readonly names: readonly string[] | null;
  readonly dryRun: boolean;
}

export interface ProxiesStatus {
  readonly isAutomatic: boolean;
  /** a code of domain/reason.ts why nothing is synced by itself; else null */
  readonly reason: 'setting-off' | 'proxy-permission' | null;
  readonly items: readonly ProxyStatus[];
}

export interface ProxyStatus {
  readonly name: string;
  readonly url: string;
  /** how many lifecycle environments it carries */
  readonly environments: number;
  readonly behind: readonly {
    readonly path: string;
    readonly reason: string | null;
    readonly message: string | null;
    readonly since: string;
  }[];
  /** null: nothing was synced yet, as far as it is remembered */
  readonly last: (Omit<LastResult, 'at'> & { readonly at: string }) | null;
}

/** No mirror is called so. */
export class UnknownProxyError extends RefusedError {}

export function createProxies(deps: ProxyDeps): Proxies {
  const readInstallation = createInstallation(deps);

  return {
    look: (path, signal) => look(deps, readInstallation, path, signal),
    sweep: (signal) => sweep(deps, readInstallation, signal),

    async readStatus(signal) {
      const installation = await readInstallation(signal);
      const [behind, last] = [await deps.states.listBehind(), await deps.states.readLast()];
      const isOn = isAutomatic(deps, installation);
      const items = installation.proxies.map(({ name, url, environmentIds }) => {
        const result = last.get(name);
        return {
          name,
          url,
          environments: environmentIds.length,
          behind: behind
            .filter(({ proxy }) => proxy === name)
            .map(({ path, reason, message, since }) => ({
              path,
              reason,
              message,
              since: new Date(since).toISOString(),
            })),
          last: result ? { ...result, at: new Date(result.at).toISOString() } : null,
        };
      });
      const reason = installation.lacks === null ? (isOn ? null : 'setting-off') : 'proxy-permission';
      return { isAutomatic: isOn, reason, items };
    },

    async sync({ path, names, dryRun }, signal) {
      const mirrored = await findMirrored(deps, path, signal);
      if (!mirrored) return null;
      const mirrors = mirrorsOf(await readInstallation(signal), mirrored.primaryHost);
      const unknown = names?.find((name) => mirrors.every((mirror) => mirror.name !== name));
      if (unknown !== undefined) throw new UnknownProxyError('unknown-proxy', `no smart proxy ${unknown}`);

      if (!dryRun) {
        await deps.states.wish(path, { names, at: deps.now() });
        await deps.promote(path);
      }
      return names ?? mirrors.filter((mirror) => carries(mirror, mirrored)).map(({ name }) => name);
    },
  };
}
