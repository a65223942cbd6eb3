/**
 * What the front needs from outside, as narrow functions. Nothing here knows HTTP clients, Redis or files.
 */
import type { DistributionRow, Labels } from '../domain/claim.ts';
import type { OrganizationRules, Row, TargetRow } from '../domain/match.ts';
import type { PushPath } from '../domain/path.ts';
import type { Throttle } from './throttle.ts';

/** What a person set. */
export interface FrontSettings extends OrganizationRules {
  /** URL of the token endpoint, letter by letter Pulp's TOKEN_SERVER */
  readonly realm: string;
  /** host[:port] of this very server, for those who take it for the registry */
  readonly host: string;
  /** host[:port] of the registry in every form that clients type, default port included; never empty */
  readonly registryHosts: readonly string[];
  /** reserved first segment of push repositories in Pulp */
  readonly prefix: string;
  /** name of the product for pushes that name none */
  readonly pushProduct: string;
  /** host of Katello's own registry, for messages */
  readonly katelloHost: string;
  /** how long clients are told to use a token */
  readonly tokenSeconds: number;
  /** how long Katello's yes is kept; 0: not at all */
  readonly cacheMs: number;
  /** Pulp user of the tokens; null: anonymous */
  readonly subject: string | null;
}

/** A repository as Katello lists it. */
export type RepositoryRow = Row & TargetRow;

/** One that was looked up by its id. */
export type OwnedRepository = RepositoryRow & { readonly product: { readonly id: number } };

/** Katello by the account of the reactor, up to some seconds old. */
export interface Directory {
  readVersion(signal?: AbortSignal): Promise<string>;
  listOrganizations(signal?: AbortSignal): Promise<readonly Row[]>;
  listProducts(organizationId: number, signal?: AbortSignal): Promise<readonly Row[]>;
  listRepositories(organizationId: number, productId: number, signal?: AbortSignal): Promise<readonly RepositoryRow[]>;
  forget(): void;
}

export interface User {
  readonly login: string;
  readonly password: string;
  /** IP address that the user asks from */
  readonly address: string;
}

export interface ProductRights {
  readonly maySync: boolean;
}

export interface ProductRef {
  readonly id: number;
  readonly organizationId: number;
}

/** Katello by the credentials of the user; `hidden` is not there, not seen, or of an organization of others. */
export interface Users {
  readProductRights(
    user: User,
    product: ProductRef,
    signal?: AbortSignal,
  ): Promise<ProductRights | 'hidden' | 'unauthenticated'>;
  readPermissions(
    user: User,
    organizationId: number,
    signal?: AbortSignal,
  ): Promise<ReadonlySet<string> | 'hidden' | 'unauthenticated'>;
  isAuthentic(user: User, signal?: AbortSignal): Promise<boolean>;
  /** True if Katello may have counted a failed login, though the call ended in this error. */
  mayHaveCounted(error: unknown): boolean;
}

export interface Pulp {
  findDistribution(
    basePath: string,
    signal?: AbortSignal,
  ): Promise<(DistributionRow & { readonly pulp_labels: Labels }) | null>;
  listDistributionsByLabel(key: string, value: string, signal?: AbortSignal): AsyncIterable<DistributionRow>;
  readRepositories(hrefs: readonly string[], signal?: AbortSignal): Promise<readonly { readonly name: string }[]>;
}

/** Static text and fields. */
export type Log = Readonly<
  Record<'debug' | 'info' | 'warn' | 'error', (message: string, fields?: Record<string, unknown>) => void>
>;

export interface FrontDeps {
  readonly settings: FrontSettings;
  /**
   * Frees the path of a push repository whose Katello repository is gone, or whose deletion was begun; fulfilled once it is
   * free. @throws E_REFUSED closing, orphaned
   */
  readonly releaseOrphan: (path: string, signal: AbortSignal) => Promise<void>;
  readonly users: Users;
  /** one for all that ask Katello with logins of people, the dashboard too: Katello counts them together */
  readonly throttle: Throttle;
  readonly directory: Directory;
  /** by the account of the reactor; null when it is gone */
  readonly findRepository: (id: number, signal?: AbortSignal) => Promise<OwnedRepository | null>;
  readonly pulp: Pulp;
  /**
   * Makes the organization's push product or finds it made, and forgets what the directory knew.
   *
   * @throws E_REFUSED push-product-missing where none may be made; E_BUSY while another process makes it
   */
  readonly createPushProduct: (organization: Row, path: PushPath, signal?: AbortSignal) => Promise<void>;
  /** PEM of the private key as it is now */
  readonly readKey: () => string;
  /** A push was granted, which is no proof that one follows. Must not throw. */
  readonly onGranted: (push: { readonly path: string; readonly login: string }) => void;
  /** Counts answers of the token endpoint. */
  readonly onAnswered: (outcome: 'granted' | 'refused' | 'anonymous' | 'error') => void;
  readonly log: Log;
  /** milliseconds from any fixed point, never going back */
  readonly now: () => number;
  readonly delay: (ms: number, signal?: AbortSignal) => Promise<void>;
}
