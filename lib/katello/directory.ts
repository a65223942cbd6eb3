/** Organizations and products, remembered for a short time: they are asked for at each token and each reconcile. */
import type { Katello } from './katello.ts';
import type { Organization, Product } from './schema.ts';
import { createSharedLoad, type SharedLoad } from './shared-load.ts';

export interface DirectoryOptions {
  readonly ttlMs: number;
  /** milliseconds from any fixed point, never going back [performance.now] */
  readonly now?: (() => number) | undefined;
}

/** As `Katello` answers, up to `ttlMs` old. Equal questions at the same time are asked once. Throws what it throws. */
export interface Directory {
  listOrganizations(signal?: AbortSignal): Promise<readonly Organization[]>;
  listProducts(organizationId: number, signal?: AbortSignal): Promise<readonly Product[]>;
  /** Forgets everything: after a create, or when something that should be there was not found. */
  forget(): void;
}

export function createDirectory(
  katello: Pick<Katello, 'listOrganizations' | 'listProducts'>,
  options: DirectoryOptions,
): Directory {
  const { ttlMs, now = () => performance.now() } = options;
  const loadOrganizations = () => createSharedLoad((signal) => katello.listOrganizations(signal), ttlMs, now);
  let organizations = loadOrganizations();
  const products = new Map<number, SharedLoad<Product[]>>();

  return {
    listOrganizations: (signal) => organizations.read(signal),

    listProducts(organizationId, signal) {
      let load = products.get(organizationId);
      if (!load) {
        load = createSharedLoad((loading) => katello.listProducts(organizationId, loading), ttlMs, now);
        products.set(organizationId, load);
      }
      return load.read(signal);
    },

    forget() {
      organizations = loadOrganizations();
      products.clear();
    },
  };
}
