/**
 * Everything the in-memory Pulp knows. Tests may change it in place: a task's time, a version dropped, an artifact with
 * other bytes. Ids are UUIDv7 and times strictly ascending microseconds, as Pulp gives them.
 */
import { randomBytes } from 'node:crypto';

export type WorldName = 'a' | 'b';
export type RepositoryType = 'container' | 'container-push';

/** What differs between the two Pulps that the reactor meets. */
export interface World {
  readonly name: WorldName;
  readonly core: string;
  readonly container: string;
  /** type of a repository that a first push creates */
  readonly pushType: RepositoryType;
  /** true from pulp_container 2.29: any container repository may be pushed to, and goes with its only distribution */
  readonly isUnified: boolean;
}

export const WORLDS: Readonly<Record<WorldName, World>> = {
  a: { name: 'a', core: '3.105.16', container: '2.27.11', pushType: 'container-push', isUnified: false },
  b: { name: 'b', core: '3.123.1', container: '2.30.0', pushType: 'container', isUnified: true },
};

export interface Artifact {
  readonly id: string;
  sha256: string;
  bytes: Buffer;
}

export interface Blob {
  readonly kind: 'blob';
  readonly id: string;
  readonly createdAt: string;
  readonly digest: string;
  artifactId: string;
}

export interface Manifest {
  readonly kind: 'manifest';
  readonly id: string;
  readonly createdAt: string;
  readonly digest: string;
  readonly mediaType: string;
  readonly bytes: Buffer;
  readonly configId: string | null;
  readonly blobIds: readonly string[];
  /** grows when an index is pushed again with more of its children present */
  readonly listedIds: Set<string>;
}

export interface Tag {
  readonly kind: 'tag';
  readonly id: string;
  readonly createdAt: string;
  readonly name: string;
  readonly manifestId: string;
}

/** What `extensions/v2/` takes for a manifest; `add/` and the copies leave it behind. */
export interface Signature {
  readonly kind: 'signature';
  readonly id: string;
  readonly createdAt: string;
  /** `DIGEST-OF-THE-MANIFEST@32-HEX-DIGITS` */
  readonly name: string;
  readonly digest: string;
  /** Base64 as it came */
  readonly data: string;
  readonly manifestId: string;
}

export type Content = Blob | Manifest | Tag | Signature;

export interface Version {
  readonly id: string;
  readonly number: number;
  readonly createdAt: string;
  readonly content: ReadonlySet<string>;
}

export interface Repository {
  readonly id: string;
  /** changes on `migrate` */
  type: RepositoryType;
  name: string;
  description: string | null;
  labels: Record<string, string>;
  retainVersions: number | null;
  readonly createdAt: string;
  updatedAt: string;
  /** the versions that still exist, ascending; never empty */
  versions: Version[];
  nextNumber: number;
  /** one that a task has begun: tasks name it, nothing shows it, and the next one takes its number */
  unfinished: Version | null;
  /** blobs and manifests uploaded and not yet in a version */
  readonly pending: Set<string>;
}

export interface Distribution {
  readonly id: string;
  readonly createdAt: string;
  updatedAt: string;
  name: string;
  basePath: string;
  repositoryId: string | null;
  /** wins nothing while `repositoryId` is set */
  versionId: string | null;
  /** of an image in a pull-through cache */
  remote: string | null;
  labels: Record<string, string>;
  isPrivate: boolean;
}

export interface Upload {
  readonly id: string;
  readonly repositoryId: string;
  bytes: Buffer;
  /** true once a PATCH without Content-Range brought the whole blob */
  isWhole: boolean;
}

/** A thing a task made; it is shown by the href it has now. */
export type Created =
  | { readonly kind: 'version'; readonly id: string }
  | { readonly kind: 'repository'; readonly id: string }
  | { readonly kind: 'tag'; readonly id: string }
  | { readonly kind: 'distribution'; readonly id: string };

export type TaskState = 'waiting' | 'running' | 'canceling' | 'completed' | 'failed' | 'canceled' | 'skipped';

export interface Task {
  readonly id: string;
  name: string;
  state: TaskState;
  createdAt: string;
  startedAt: string | null;
  finishedAt: string | null;
  readonly correlationId: string;
  readonly exclusive: readonly string[];
  readonly shared: readonly string[];
  created: Created[];
  error: Record<string, string> | null;
  readonly run: () => Created[];
}

export interface State {
  readonly world: World;
  readonly repositories: Map<string, Repository>;
  readonly distributions: Map<string, Distribution>;
  readonly namespaces: Map<string, { readonly id: string; readonly name: string; readonly createdAt: string }>;
  readonly content: Map<string, Content>;
  readonly artifacts: Map<string, Artifact>;
  readonly uploads: Map<string, Upload>;
  readonly tasks: Map<string, Task>;
  /** the present moment as Pulp writes it; never twice the same */
  readonly now: () => string;
}

/** @param now milliseconds since 1970, the clock of this Pulp */
export function createState(world: World, now: () => number): State {
  return {
    world,
    repositories: new Map(),
    distributions: new Map(),
    namespaces: new Map(),
    content: new Map(),
    artifacts: new Map(),
    uploads: new Map(),
    tasks: new Map(),
    now: createTimestamps(now),
  };
}

export function createId(): string {
  const hex = `${Date.now().toString(16).padStart(12, '0')}${randomBytes(10).toString('hex')}`;
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

export function latestOf(repository: Repository): Version {
  const version = repository.versions.at(-1);
  if (!version) throw new Error(`repository ${repository.name} lost its last version`);
  return version;
}

/** The repository that holds this version, and the version itself. */
export function findVersion(state: State, versionId: string): { repository: Repository; version: Version } | null {
  for (const repository of state.repositories.values()) {
    const version = repository.versions.find(({ id }) => id === versionId);
    if (version) return { repository, version };
  }
  return null;
}

export function findByName<T extends { readonly name: string }>(rows: Map<string, T>, name: string): T | undefined {
  return [...rows.values()].find((row) => row.name === name);
}

function createTimestamps(now: () => number): () => string {
  let last = 0;
  return () => {
    last = Math.max(last + 1, now() * 1000);
    const micros = String(last % 1000).padStart(3, '0');
    return new Date(Math.floor(last / 1000)).toISOString().replace('Z', `${micros}Z`);
  };
}
