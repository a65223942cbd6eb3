/**
 * What the reactor asks of Katello, as one object of narrow functions. `endpoints.ts` makes it from an HTTP client;
 * tests make it by hand.
 */
import type { DestroyTask, Organization, Product, Repository, RepositoryRow, Task } from './schema.ts';

/** Katello's own words for a moved publish, see `importTag`. */
export interface TagUpload {
  /** a tag that is in the latest version of Katello's Pulp repository; one is enough for a whole batch of changes */
  readonly tag: string;
  readonly digest: string;
}

export interface TaskSearch {
  readonly resourceType: 'Katello::Repository' | 'Katello::Product' | 'Organization' | 'SmartProxy';
  readonly resourceId: number;
}

export interface Katello {
  /** Katello's version. Needs no login, so it is no test of the account. */
  readVersion(signal?: AbortSignal): Promise<string>;
  /** Login of the account in use. @throws E_AUTH */
  readCurrentUser(signal?: AbortSignal): Promise<{ login: string; isAdmin: boolean }>;

  /** Every organization that the account sees. */
  listOrganizations(signal?: AbortSignal): Promise<Organization[]>;
  /** Every custom product of the organization. */
  listProducts(organizationId: number, signal?: AbortSignal): Promise<Product[]>;
  /** @throws E_HTTP_STATUS 422 when name or label is taken: read again and use that one */
  createProduct(organizationId: number, name: string, signal?: AbortSignal): Promise<Product>;

  /** Docker repositories (library instances) of the product. */
  listRepositories(organizationId: number, productId: number, signal?: AbortSignal): Promise<RepositoryRow[]>;
  /** Docker repositories (library instances) of every organization that the account sees. */
  listAllRepositories(signal?: AbortSignal): Promise<RepositoryRow[]>;
  /** Null when it is gone or hidden from the account (404). */
  findRepository(id: number, signal?: AbortSignal): Promise<Repository | null>;
  /** Label derived by Katello. @throws E_HTTP_STATUS 422 when name, label or container name is taken or refused */
  createRepository(productId: number, name: string, signal?: AbortSignal): Promise<Repository>;

  /**
   * Makes Katello save, index and serve the latest version of its Pulp repository: `import_uploads` with `docker_tag`.
   * Answers the task at once. @throws E_HTTP_STATUS 400 for every refusal, lock conflicts included
   */
  importTag(repositoryId: number, upload: TagUpload, signal?: AbortSignal): Promise<Task>;
  /** Lets Katello add and index units by Pulp href, without serving them: for lists, before their tags. */
  importUnits(repositoryId: number, hrefs: readonly string[], signal?: AbortSignal): Promise<Task>;

  /** Digest by tag, of those among `names` that Katello lists; `total` counts all tags of the repository. */
  findTags(
    repositoryId: number,
    names: readonly string[],
    signal?: AbortSignal,
  ): Promise<{ digests: ReadonlyMap<string, string>; total: number }>;
  /** Digest by tag, of all that Katello lists: some 9 s for 1 000 (Katello 5.0 on two cores). */
  listTags(repositoryId: number, signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
  /** Which of these manifest lists Katello has indexed, in any repository. */
  findManifestLists(digests: readonly string[], signal?: AbortSignal): Promise<ReadonlySet<string>>;

  /** Null when it is gone, or somebody else's and the account may not view tasks. */
  findTask(id: string, signal?: AbortSignal): Promise<Task | null>;
  /** Tasks linked to the record, newest first. An empty answer may be a missing right. */
  searchTasks(search: TaskSearch, signal?: AbortSignal): Promise<Task[]>;
  /**
   * Successful tasks that destroyed this repository: its own, its product's or its organization's. They are found as long
   * as Katello keeps tasks. An empty answer may be a missing right.
   */
  findDestroyTasks(repositoryId: number, signal?: AbortSignal): Promise<DestroyTask[]>;
  /** Polls until stopped or paused. @throws E_TASK_FAILED (also for `warning`), E_TASK_TIMEOUT, E_BUSY when paused */
  waitForTask(id: string, signal?: AbortSignal): Promise<Task>;
}
