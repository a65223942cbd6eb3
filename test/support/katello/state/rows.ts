/**
 * Every row the stand-in keeps, as plain JSON: what Foreman and Katello hold in their database, only the columns that
 * a push, its checks and its answers need. Times are ISO 8601 in UTC.
 */

/** What a role allows: names of permissions, optionally narrowed to products or organizations. */
export interface Role {
  name: string;
  permissions: string[];
  /** the role's filter; null means every product, in organizations the user is no member of as well */
  productIds: number[] | null;
  /** the organizations of the filter; null means none was set: the role reaches all of them */
  organizationIds: number[] | null;
}

export interface AccessToken {
  value: string;
  /** null: never */
  expiresAt: string | null;
}

export interface User {
  id: number;
  login: string;
  password: string;
  tokens: AccessToken[];
  isAdmin: boolean;
  isDisabled: boolean;
  /** system accounts (`foreman_api_admin` …) cannot log in */
  isHidden: boolean;
  firstname: string | null;
  lastname: string | null;
  mail: string | null;
  organizationIds: number[];
  roles: Role[];
  createdAt: string;
  lastLoginAt: string | null;
}

export interface Organization {
  id: number;
  /** the provider of its custom products */
  providerId: number;
  name: string;
  label: string;
  description: string | null;
  createdAt: string;
  updatedAt: string;
}

export interface Environment {
  id: number;
  organizationId: number;
  name: string;
  label: string;
  isLibrary: boolean;
  /** null or empty: the default name */
  registryNamePattern: string | null;
  allowsAnonymousPull: boolean;
  createdAt: string;
  updatedAt: string;
}

export interface ContentView {
  id: number;
  organizationId: number;
  name: string;
  label: string;
  isDefault: boolean;
  description: string | null;
  /** library instances that the next version will hold */
  repositoryIds: number[];
  createdAt: string;
  updatedAt: string;
}

export interface ContentViewVersion {
  id: number;
  contentViewId: number;
  major: number;
  environmentIds: number[];
  createdAt: string;
}

export interface Product {
  id: number;
  organizationId: number;
  name: string;
  label: string;
  description: string | null;
  cpId: string;
  createdAt: string;
  updatedAt: string;
}

/** Settings that all instances of a repository share. */
export interface RootRepository {
  id: number;
  productId: number;
  name: string;
  label: string;
  description: string | null;
  contentType: string;
  url: string | null;
  dockerUpstreamName: string | null;
  mirroringPolicy: string;
  downloadPolicy: string;
  /** null for what Katello's own push made */
  includeTags: string[] | null;
  excludeTags: string[] | null;
  isUnprotected: boolean;
  /** Candlepin's id; null until that step ran */
  contentId: string | null;
  /** made by Katello's own push */
  isContainerPush: boolean;
}

/** One instance of a root repository: the library instance, a copy in an environment, or an archive (no environment). */
export interface Repository {
  id: number;
  rootId: number;
  libraryInstanceId: number | null;
  environmentId: number | null;
  contentViewVersionId: number;
  backendIdentifier: string;
  relativePath: string;
  containerRepositoryName: string | null;
  /** Pulp's repository; it never changes, while its name does */
  pulpHref: string | null;
  versionHref: string | null;
  /** the distribution Katello remembers as its own */
  distributionHref: string | null;
  lastContentsChanged: string;
  createdAt: string;
  updatedAt: string;
}

/** A row of the image or list table: global, one for each Pulp href, whoever uses it. */
export interface Manifest {
  id: number;
  pulpHref: string;
  digest: string;
  schemaVersion: number;
  kind: 'image' | 'list';
  labels: Record<string, unknown>;
  annotations: Record<string, unknown>;
  /** Pulp's `type`, null where Pulp does not tell */
  contentType: string | null;
  isBootable: boolean;
  isFlatpak: boolean;
  createdAt: string;
  updatedAt: string;
  /** ids of member images, of lists only */
  memberIds: number[];
}

/** A row of the tag table: global, by Pulp href. Without a manifest it is half a row, see the list-before-tag trap. */
export interface Tag {
  id: number;
  pulpHref: string;
  name: string;
  manifestId: number | null;
  updatedAt: string;
}

/** What the API lists as a tag: it exists once for a tag row and is linked to repositories. */
export interface MetaTag {
  id: number;
  name: string;
  schema1Id: number | null;
  schema2Id: number | null;
}

/** Link of a unit (manifest, tag or meta tag) to a repository instance. */
export interface Link {
  repositoryId: number;
  unitId: number;
}

/** A scheduled task has not begun: its start is still to come. */
export type TaskState = 'scheduled' | 'planning' | 'planned' | 'running' | 'paused' | 'stopped';
export type TaskResult = 'pending' | 'success' | 'warning' | 'error' | 'cancelled';

export interface TaskLink {
  resourceType: string;
  resourceId: number;
}

export interface Task {
  id: string;
  label: string;
  /** the sentence of the action and its subjects */
  action: string;
  userId: number;
  /** a plain job of Foreman's scheduler: it tells no user, no input and no output */
  isJob: boolean;
  startedAt: string;
  endedAt: string | null;
  state: TaskState;
  result: TaskResult;
  progress: number;
  input: Record<string, unknown>;
  output: Record<string, unknown>;
  humanizedAction: string;
  humanizedInput: unknown;
  humanizedOutput: string;
  errors: string[];
  /** class of each error, same order */
  errorClasses: string[];
  links: TaskLink[];
  parentTaskId: string | null;
  externalId: string;
  /** milliseconds between start and end with fractions of a second kept */
  durationMs: number | null;
  /** what the action needs to run, and to run again after a resume or a restart */
  plan: Record<string, unknown>;
  /** results of the steps that are done, by name: a resumed task does not repeat them */
  doneSteps: Record<string, unknown>;
}

export interface Lock {
  taskId: string;
  resourceType: string;
  resourceId: number;
}

export interface Proxy {
  id: number;
  name: string;
  url: string;
  isPrimary: boolean;
  downloadPolicy: string | null;
  environmentIds: number[];
  organizationIds: number[];
  createdAt: string;
  updatedAt: string;
  /** repositories recorded as synced: a later sync without `skip_metadata_check` leaves them out */
  syncedRepositoryIds: number[];
  /** how its Pulp behaves; `unlisted`: it syncs, and its registry is never told what to serve */
  behaviour: ProxyBehaviour;
}

export type ProxyBehaviour = 'ok' | 'failing' | 'unreachable' | 'unlisted';

/** What the registry of a smart proxy has under one name. */
export interface Mirrored {
  proxyId: number;
  repositoryId: number;
  containerName: string;
  /** whether its registry was told of the name: else it serves nothing of it */
  isListed: boolean;
  /** digest by tag */
  tags: Record<string, string>;
  manifests: MirroredManifest[];
}

export interface MirroredManifest {
  digest: string;
  mediaType: string;
  body: string;
}

export interface Setting {
  name: string;
  value: unknown;
}

/** Everything the stand-in knows. */
export interface World {
  /** next id by table */
  nextIds: Record<string, number>;
  users: User[];
  organizations: Organization[];
  environments: Environment[];
  contentViews: ContentView[];
  contentViewVersions: ContentViewVersion[];
  products: Product[];
  roots: RootRepository[];
  repositories: Repository[];
  manifests: Manifest[];
  manifestLinks: Link[];
  tags: Tag[];
  tagLinks: Link[];
  metaTags: MetaTag[];
  metaTagLinks: Link[];
  tasks: Task[];
  locks: Lock[];
  proxies: Proxy[];
  mirrored: Mirrored[];
  settings: Setting[];
}

/** An installation without anything in it. */
export function createEmptyWorld(): World {
  return {
    nextIds: {},
    users: [],
    organizations: [],
    environments: [],
    contentViews: [],
    contentViewVersions: [],
    products: [],
    roots: [],
    repositories: [],
    manifests: [],
    manifestLinks: [],
    tags: [],
    tagLinks: [],
    metaTags: [],
    metaTagLinks: [],
    tasks: [],
    locks: [],
    proxies: [],
    mirrored: [],
    settings: [],
  };
}
