/**
 * Organizations, products and repositories, remembered for a short time: they are asked for at each token and each
 * reconcile.
 */
import type { Katello } from './katello.ts';
import type { Organization, Product, RepositoryRow } from './schema.ts';
import { createSharedLoad, type SharedLoad } from './shared-load.ts';

export interface DirectoryOptions {
  readonly ttlMs: number;
  /** milliseconds from any fixed point, never going back [performance.now] */
  readonly now?: (() => number) | undefined;
}

/** As `Katello` answers, up to `ttlMs` old. Equal questions at the same time are asked once. Throws what it throws. */
export interface Directory {
  /** Katello's version. */
  readVersion(signal?: AbortSignal): Promise<string>;
  listOrganizations(signal?: AbortSignal): Promise<readonly Organization[]>;
  listProducts(organizationId: number, signal?: AbortSignal): Promise<readonly Product[]>;
  listRepositories(organizationId: number, productId: number, signal?: AbortSignal): Promise<readonly RepositoryRow[]>;
  /** Forgets everything: after a create, or when something that should be there was not found. */
  forget(): void;
}

export function createDirectory(
  katello: Pick<Katello, 'readVersion' | 'listOrganizations' | 'listProducts' | 'listRepositories'>,
  options: DirectoryOptions,
): Directory {
  const { ttlMs, now = () => performance.now() } = options;

  /** The same question, with the same ids, shares one load. */
  function remember<Ids extends readonly number[], T>(load: (signal: AbortSignal, ...ids: Ids) => Promise<T>) {
    const loads = new Map<string, SharedLoad<T>>();
    return (signal: AbortSignal | undefined, ...ids: Ids): Promise<T> => {
      const key = ids.join('/');
      const shared = loads.get(key) ?? createSharedLoad((loading) => load(loading, ...ids), ttlMs, now);
      loads.set(key, shared);
      return shared.read(signal);
    };
  }

  const open = () => ({
    version: remember((signal) => katello.readVersion(signal)),
    organizations: remember((signal) => katello.listOrganizations(signal)),
    products: remember((signal, organizationId: number) => katello.listProducts(organizationId, signal)),
    repositories: remember((signal, organizationId: number, productId: number) =>
      katello.listRepositories(organizationId, productId, signal),
    ),
  });
  let known = open();

  return {
    readVersion: (signal) => known.version(signal),
    listOrganizations: (signal) => known.organizations(signal),
    listProducts: (organizationId, signal) => known.products(signal, organizationId),
    listRepositories: (organizationId, productId, signal) => known.repositories(signal, organizationId, productId),
    forget() {
      known = open();
    },
  };
}
