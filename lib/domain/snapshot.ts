/**
 * One side as read at one time, in domain values. `Pushed` is what clients pushed, `Target` is what Katello's
 * repository holds. Both are read by `reconcile/observe.ts` and never changed.
 *
 * Tags are compared by href first: Pulp shares a tag object between repositories (one per name and manifest), so equal
 * hrefs are equal tags. Only tags whose hrefs differ carry their manifest; that keeps a push with 1 900 unchanged tags cheap.
 */

/** A manifest, as much of it as a plan needs. */
export interface Manifest {
  /** Pulp's href: the identity of the unit */
  readonly href: string;
  /** `sha256:` and 64 hex digits */
  readonly digest: string;
  /** `list` is an index (OCI) or manifest list (Docker) */
  readonly kind: 'image' | 'list';
  /** hrefs of the manifests a list names and Pulp has; empty for an image */
  readonly children: readonly string[];
  /** hrefs of configuration and layers, of a list those of its children; empty where they were not read */
  readonly blobs: readonly string[];
  /** digests that a list names and Pulp does not have; a list with one of these is incomplete */
  readonly missing: readonly string[];
  /** true if a list names another list; Pulp copies no deeper than one level */
  readonly isNested: boolean;
}

/** A tag of one repository version. */
export interface Tag {
  readonly name: string;
  readonly href: string;
  /**
   * Null when the other side has the same href, so that nothing more was read. It is always there where the sides differ,
   * and on every tag of target where its manifests were read.
   */
  readonly manifest: Manifest | null;
}

export type Tags = ReadonlyMap<string, Tag>;

/** The push repository in its latest version. */
export interface Pushed {
  /** uuid of the push repository; a repository deleted and pushed again has another one */
  readonly uuid: string;
  readonly version: number;
  readonly tags: Tags;
  /**
   * Hrefs of the tags in the push version that the claim names, by tag name. `gone` when Pulp dropped that version,
   * null when it was not read because nobody else wrote the target.
   */
  readonly atClaim: ReadonlyMap<string, string> | 'gone' | null;
  /** true once `katello_orphan_cleanup=false` is on the distribution, and on the repository where it takes labels */
  readonly isProtected: boolean;
  /** Katello repository id of the label `kpr_repository`, or null */
  readonly ownedRepositoryId: number | null;
}

/** Katello's side: product, library instance, and its Pulp repository in its latest version. */
export interface Target {
  readonly organizationId: number;
  readonly productId: number | null;
  readonly repositoryId: number | null;
  /** version number of Katello's Pulp repository; 0 when there is none yet */
  readonly version: number;
  /** number in Katello's `version_href`: what Katello saved, indexed and serves */
  readonly publishedVersion: number;
  /** version that the distribution serves; null when that is none of its versions, `unread` before there is a distribution */
  readonly servedVersion: number | null | 'unread';
  readonly tags: Tags;
  /** true if a version after the claimed one changed tags and was not written by the reactor */
  readonly isForeign: boolean;
  /**
   * Hrefs of the tags in the version that the claim names, by tag name: what somebody else found. `gone` when Pulp dropped
   * that version, null when it was not read because nobody else wrote.
   */
  readonly atClaim: ReadonlyMap<string, string> | 'gone' | null;
  /**
   * Every manifest of the version; null when it was not read because superseded manifests stay. Then every tag of target
   * carries its manifest too: while one is unknown, no manifest can be shown to be unused.
   */
  readonly manifests: readonly Manifest[] | null;
  /** digests of pushed lists that Katello has indexed, in any repository */
  readonly knownLists: ReadonlySet<string>;
}
