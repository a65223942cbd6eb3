/**
 * Smart proxies: sees to it that each one that carries Library gets what was published, and tells people how it is.
 */
import type { ProxiesView } from '../../domain/proxy-state.ts';
import type { LookEnd, ProxyDeps } from './deps.ts';
import { carries, createInstallation, mirrorsOf } from './installation.ts';
import { findMirrored, isAutomatic, look } from './look.ts';
import { sweep } from './sweep.ts';

export interface Proxies {
  /** Looks at one path, and starts what has to be started. @throws ReactorError where a system does not answer */
  look(path: string, signal: AbortSignal): Promise<LookEnd>;
  /** Queues what some proxy may lack. @throws ReactorError */
  sweep(signal: AbortSignal): Promise<void>;
  /** @throws ReactorError */
  readStatus(signal: AbortSignal): Promise<ProxiesView>;
  /** Queues a path for these proxies, or for all that carry it, whatever the setting says. @throws ReactorError */
  sync(order: SyncPathOrder, signal: AbortSignal): Promise<SyncOrdered>;
}

export interface SyncPathOrder {
  readonly path: string;
  /** null: all that carry it */
  readonly names: readonly string[] | null;
  readonly dryRun: boolean;
}

/** What became of an order; nothing was done unless it is `ordered`. */
export type SyncOrdered =
  | { readonly kind: 'ordered'; readonly names: readonly string[] }
  | { readonly kind: 'unpublished' }
  | { readonly kind: 'unknown-proxy'; readonly name: string };

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
      if (!mirrored) return { kind: 'unpublished' };
      const mirrors = mirrorsOf(await readInstallation(signal), mirrored.primaryHost);
      const unknown = names?.find((name) => mirrors.every((mirror) => mirror.name !== name));
      if (unknown !== undefined) return { kind: 'unknown-proxy', name: unknown };

      if (!dryRun) {
        await deps.states.wish(path, { names, at: deps.now() });
        await deps.promote(path);
      }
      const carriers = mirrors.filter((mirror) => carries(mirror, mirrored)).map(({ name }) => name);
      return { kind: 'ordered', names: names ?? carriers };
    },
  };
}
