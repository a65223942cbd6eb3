/**
 * What people are told about smart proxies. History and intent, never truth. Pure; times are epoch milliseconds.
 */

/** A path that a proxy does not have yet. */
export interface Behind {
  readonly proxy: string;
  readonly path: string;
  /** a code of reason.ts; null while a sync is awaited */
  readonly reason: string | null;
  readonly message: string | null;
  /** since when it is behind */
  readonly since: number;
}

/** How it went with the path that a proxy was looked at for last. */
export interface LastResult {
  readonly path: string;
  readonly outcome: 'served' | 'skipped' | 'failed';
  /** a code of reason.ts; null when served */
  readonly reason: string | null;
  readonly at: number;
}

/** A person wants a path on proxies, whatever the setting says. */
export interface Wish {
  /** null: all that carry it */
  readonly names: readonly string[] | null;
  readonly at: number;
}

/** Smart proxies as people see them; times in ISO 8601, UTC. */
export interface ProxiesView {
  /** true where proxies are synced after each publish */
  readonly isAutomatic: boolean;
  /** why they are not; else null */
  readonly reason: 'setting-off' | 'proxy-permission' | null;
  /** in Katello's order, the primary too */
  readonly items: readonly ProxyView[];
}

export interface ProxyView {
  readonly name: string;
  /** of its own API */
  readonly url: string;
  /** how many lifecycle environments it carries */
  readonly environments: number;
  readonly behind: readonly BehindView[];
  /** null: nothing was synced yet, as far as it is remembered */
  readonly last: (Omit<LastResult, 'at'> & { readonly at: string }) | null;
}

export interface BehindView extends Omit<Behind, 'proxy' | 'since'> {
  readonly since: string;
}

export function isBehind(value: unknown): value is Behind {
  return hasTexts(value, ['proxy', 'path']) && 'since' in value;
}

export function isLastResult(value: unknown): value is LastResult {
  return hasTexts(value, ['path', 'outcome']) && 'at' in value;
}

export function isWish(value: unknown): value is Wish {
  return isObject(value) && 'names' in value && 'at' in value;
}

function hasTexts(value: unknown, names: readonly string[]): value is Record<string, unknown> {
  return isObject(value) && names.every((name) => typeof value[name] === 'string');
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
