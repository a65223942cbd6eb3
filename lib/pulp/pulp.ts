/**
 * What the reactor asks of Pulp, as one object of narrow functions. `endpoints.ts` makes it from an HTTP client;
 * tests make it by hand. Hrefs are absolute paths without host, as Pulp gives them.
 */
import type {
  Artifact,
  Blob,
  Distribution,
  Manifest,
  ManifestParts,
  Repository,
  RepositoryVersion,
  Signature,
  Status,
  Tag,
  TagName,
  Task,
} from './schema.ts';

/** Marks a write, so that a later run can tell our own late write from somebody else's decision. */
export interface WriteOptions {
  /** UUID of domain/correlation.ts; Pulp keeps it as the task's `logging_cid` */
  readonly correlationId: string;
  readonly signal?: AbortSignal | undefined;
}

export interface TaskQuery {
  /** UTC, as Pulp wrote it; rows at or after it */
  readonly createdFrom: string;
  readonly names: readonly string[];
}

export interface Pulp {
  /** Needs no login. */
  readStatus(signal?: AbortSignal): Promise<Status>;

  /** Push tasks by ascending `pulp_created`. @throws E_HTTP_STATUS 400 where Pulp lacks the filter (pulpcore < 3.71) */
  listTasks(query: TaskQuery, signal?: AbortSignal): AsyncGenerator<Task>;
  /** The newest of all tasks, whatever it did; null where there is none. */
  findNewestTask(signal?: AbortSignal): Promise<Task | null>;
  /** The tasks of these uuids that still exist, in any order. Splits long lists (request lines end at 4094 bytes). */
  readTasks(uuids: readonly string[], signal?: AbortSignal): Promise<Task[]>;
  /** `logging_cid` of the tasks that made this version; empty when the task was purged or the version dropped. */
  findWriters(versionHref: string, signal?: AbortSignal): Promise<(string | null)[]>;
  /** Polls until final. @throws E_TASK_FAILED, E_TASK_TIMEOUT */
  waitForTask(href: string, signal?: AbortSignal): Promise<Task>;

  /** Container and container-push repositories, newest `pulp_last_updated` first. */
  listRecentRepositories(signal?: AbortSignal): AsyncGenerator<Repository>;
  /** Those whose name begins with the text, in server order. */
  listRepositories(namePrefix: string, signal?: AbortSignal): AsyncGenerator<Repository>;
  /**
   * The repositories of these hrefs that still exist, in any order. They are found by uuid: one whose type changed
   * meanwhile comes with its new href. Splits long lists.
   */
  readRepositories(hrefs: readonly string[], signal?: AbortSignal): Promise<Repository[]>;
  /** @throws E_HTTP_STATUS 404 when the version was dropped */
  readVersion(href: string, signal?: AbortSignal): Promise<RepositoryVersion>;

  /** The one at exactly this base path, or null. */
  findDistribution(basePath: string, signal?: AbortSignal): Promise<Distribution | null>;
  /** Those whose name begins with the text, in server order. */
  listDistributions(namePrefix: string, signal?: AbortSignal): AsyncGenerator<Distribution>;
  /** Those that carry this label with this value, in server order. */
  listDistributionsByLabel(key: string, value: string, signal?: AbortSignal): AsyncGenerator<Distribution>;
  /** Every distribution whose `repository` this is; those that serve a fixed version of it are not among them. */
  findDistributionsOf(repositoryHref: string, signal?: AbortSignal): Promise<Distribution[]>;

  /** Names and hrefs only: 0.4 s for 1 900 tags. @throws E_HTTP_STATUS 400 when the version was dropped */
  listTagNames(versionHref: string, signal?: AbortSignal): Promise<TagName[]>;
  /** All tags with the manifest each names: 2.4 s for 1 900 tags. @throws as `listTagNames` */
  listTags(versionHref: string, signal?: AbortSignal): Promise<Tag[]>;
  /** With the manifest each names. Splits long lists. */
  readTags(hrefs: readonly string[], signal?: AbortSignal): Promise<Tag[]>;
  readManifests(hrefs: readonly string[], signal?: AbortSignal): Promise<ManifestParts[]>;
  readBlobs(hrefs: readonly string[], signal?: AbortSignal): Promise<Blob[]>;
  /** For administrators only, whatever roles an account has. */
  readArtifacts(hrefs: readonly string[], signal?: AbortSignal): Promise<Artifact[]>;
  listManifests(versionHref: string, signal?: AbortSignal): Promise<Manifest[]>;
  /** Signatures of the atomic kind; those of cosign are tags. @throws as `listTagNames` */
  listSignatures(versionHref: string, signal?: AbortSignal): Promise<Signature[]>;
  /** Digests and media types of an index's entries, from the registry (REST does not show what Pulp could not link). */
  readIndexEntries(
    basePath: string,
    digest: string,
    signal?: AbortSignal,
  ): Promise<{ digest: string; mediaType: string }[]>;

  /** Starts `add/`, answers the task's href. Replaces same-named tags; brings what the units refer to. */
  addContent(repositoryHref: string, units: readonly string[], options: WriteOptions): Promise<string>;
  /** Starts `remove/`, answers the task's href. Takes along what nothing else refers to. */
  removeContent(repositoryHref: string, units: readonly string[], options: WriteOptions): Promise<string>;
  /**
   * Starts `tag/`, answers the task's href: names a manifest of the repository's latest version, and takes the name from
   * another. On both types. @throws E_HTTP_STATUS 400 when that version does not hold the digest
   */
  tagImage(repositoryHref: string, tag: string, digest: string, options: WriteOptions): Promise<string>;
  /** At once, no task; atomic for one key. On a distribution, or a repository of type `container`. */
  setLabel(href: string, key: string, value: string, options: WriteOptions): Promise<void>;
  /** Takes `repository` off a distribution, which then serves its `repository_version`. Answers the task; null for none. */
  unbindRepository(distributionHref: string, options: WriteOptions): Promise<string | null>;
  /**
   * Starts the deletion of a distribution, which takes its push repository along, and of a plain one (pulp_container 2.29
   * and later) if no other distribution has it. Answers the task; null when the distribution is gone.
   */
  deleteDistribution(href: string, options: WriteOptions): Promise<string | null>;
  /** Fine when the label is not there. */
  removeLabel(href: string, key: string, options: WriteOptions): Promise<void>;
}
