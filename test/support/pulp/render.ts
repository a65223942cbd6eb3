/** The wire form of everything, as the world's Pulp shows it. */
import { LIST_TYPES, pick } from './content.ts';
import {
  type Content,
  type Created,
  type Distribution,
  findVersion,
  latestOf,
  type Repository,
  type RepositoryType,
  type State,
  type Task,
  type Version,
} from './state.ts';
import { findUnfinished } from './unfinished.ts';

export const API = '/pulp/api/v3/';
const DOMAIN_ID = '5a2b11c0-0552-4205-8d02-362b36819bdc';

export type Json = Record<string, unknown>;

const MODELS: Readonly<Record<RepositoryType, string>> = {
  container: 'containerrepository',
  'container-push': 'containerpushrepository',
};

export function repositoryHref(repository: Repository): string {
  return `${API}repositories/container/${repository.type}/${repository.id}/`;
}

export function repositoryPrn(repository: Repository): string {
  return `prn:container.${MODELS[repository.type]}:${repository.id}`;
}

function versionHref(repository: Repository, version: Version): string {
  return `${repositoryHref(repository)}versions/${version.number}/`;
}

export function distributionHref(distribution: Distribution): string {
  return `${API}distributions/container/container/${distribution.id}/`;
}

export function distributionPrn(distribution: Distribution): string {
  return `prn:container.containerdistribution:${distribution.id}`;
}

export function contentHref(unit: Pick<Content, 'kind' | 'id'>): string {
  return `${API}content/container/${unit.kind}s/${unit.id}/`;
}

export function taskHref(task: Task): string {
  return `${API}tasks/${task.id}/`;
}

export function renderRepository(repository: Repository): Json {
  const href = repositoryHref(repository);
  return {
    pulp_href: href,
    prn: repositoryPrn(repository),
    pulp_created: repository.createdAt,
    pulp_last_updated: repository.updatedAt,
    versions_href: `${href}versions/`,
    pulp_labels: repository.labels,
    latest_version_href: versionHref(repository, latestOf(repository)),
    name: repository.name,
    description: repository.description,
    retain_repo_versions: repository.retainVersions,
    ...(repository.type === 'container' ? { retain_checkpoints: null, remote: null } : {}),
    manifest_signing_service: null,
  };
}

export function renderVersion(state: State, repository: Repository, version: Version): Json {
  const href = versionHref(repository, version);
  const { added, removed } = changesOf(repository, version);
  return {
    pulp_href: href,
    prn: `prn:core.repositoryversion:${version.id}`,
    pulp_created: version.createdAt,
    pulp_last_updated: version.createdAt,
    number: version.number,
    repository: repositoryHref(repository),
    base_version: null,
    content_summary: {
      added: countUnits(state, added, `repository_version_added=${href}`),
      removed: countUnits(state, removed, `repository_version_removed=${href}`),
      present: countUnits(state, version.content, `repository_version=${href}`),
    },
    vuln_report: `${API}vuln_report/?repo_versions=prn:core.repositoryversion:${version.id}`,
  };
}

/** What a version added and removed, relative to the one before it that still exists. */
export function changesOf(repository: Repository, version: Version): { added: Set<string>; removed: Set<string> } {
  const before = repository.versions[repository.versions.indexOf(version) - 1]?.content ?? new Set<string>();
  return {
    added: new Set([...version.content].filter((id) => !before.has(id))),
    removed: new Set([...before].filter((id) => !version.content.has(id))),
  };
}

export function renderDistribution(state: State, distribution: Distribution, host: string): Json {
  const repository = distribution.repositoryId === null ? undefined : state.repositories.get(distribution.repositoryId);
  const pinned = distribution.versionId === null ? null : findVersion(state, distribution.versionId);
  const guard = '01a20b66-147e-7f3e-9da1-1213ebd69aa7';
  return {
    pulp_href: distributionHref(distribution),
    prn: distributionPrn(distribution),
    pulp_created: distribution.createdAt,
    pulp_last_updated: distribution.updatedAt,
    name: distribution.name,
    base_path: distribution.basePath,
    repository: repository ? repositoryHref(repository) : null,
    repository_version: pinned ? versionHref(pinned.repository, pinned.version) : null,
    pulp_labels: distribution.labels,
    content_guard: `${API}contentguards/core/content_redirect/${guard}/`,
    ...(state.world.isUnified ? { content_guard_prn: `prn:core.contentredirectcontentguard:${guard}` } : {}),
    registry_path: `${host}/${distribution.basePath}`,
    namespace: namespaceHref(state, distribution.basePath),
    private: distribution.isPrivate,
    hidden: false,
    remote: distribution.remote,
    description: null,
    no_content_change_since: null,
  };
}

function namespaceHref(state: State, basePath: string): string | null {
  const namespace = state.namespaces.get(basePath.split('/')[0] ?? '');
  return namespace ? `${API}pulp_container/namespaces/${namespace.id}/` : null;
}

export function renderContent(state: State, unit: Content): Json {
  const common = {
    pulp_href: contentHref(unit),
    prn: `prn:container.${unit.kind}:${unit.id}`,
    pulp_created: unit.createdAt,
  };
  switch (unit.kind) {
    case 'blob':
      return { ...common, digest: unit.digest, artifact: `${API}artifacts/${unit.artifactId}/` };
    case 'tag':
      return { ...common, name: unit.name, tagged_manifest: contentHref({ kind: 'manifest', id: unit.manifestId }) };
    case 'signature':
      return {
        ...common,
        name: unit.name,
        digest: unit.digest,
        type: 'atomic',
        signed_manifest: contentHref({ kind: 'manifest', id: unit.manifestId }),
      };
    default:
      return {
        ...common,
        digest: unit.digest,
        schema_version: 2,
        media_type: unit.mediaType,
        listed_manifests: pick(state, unit.listedIds, 'manifest').map(contentHref),
        config_blob: unit.configId === null ? null : contentHref({ kind: 'blob', id: unit.configId }),
        blobs: unit.blobIds.map((id) => contentHref({ kind: 'blob', id })),
        annotations: {},
        labels: {},
        type: LIST_TYPES.includes(unit.mediaType) ? 'index' : 'image',
      };
  }
}

export function renderTask(state: State, task: Task): Json {
  return {
    pulp_href: taskHref(task),
    prn: `prn:core.task:${task.id}`,
    pulp_created: task.createdAt,
    pulp_last_updated: task.createdAt,
    state: task.state,
    name: task.name,
    logging_cid: task.correlationId,
    created_by: `${API}users/1/`,
    unblocked_at: task.startedAt,
    started_at: task.startedAt,
    finished_at: task.finishedAt,
    error: task.error,
    worker: null,
    parent_task: null,
    child_tasks: [],
    task_group: null,
    progress_reports: [],
    created_resources: task.created.map((created) => createdHref(state, created)),
    created_resource_prns: task.created.map(createdPrn),
    reserved_resources_record: [
      ...task.exclusive,
      ...task.shared.map((prn) => `shared:${prn}`),
      `shared:prn:core.domain:${DOMAIN_ID}`,
    ],
    result: null,
  };
}

/** Hrefs are made when they are read: they follow a `migrate`, and end with the object. */
function createdHref(state: State, created: Created): string {
  const gone = '<unavailable>';
  if (created.kind === 'tag') return state.content.has(created.id) ? contentHref(created) : gone;
  if (created.kind === 'distribution') {
    const distribution = state.distributions.get(created.id);
    return distribution ? distributionHref(distribution) : gone;
  }
  if (created.kind === 'repository') {
    const repository = state.repositories.get(created.id);
    return repository ? repositoryHref(repository) : gone;
  }
  const found = findVersion(state, created.id) ?? findUnfinished(state, created.id);
  return found ? versionHref(found.repository, found.version) : gone;
}

function createdPrn(created: Created): string {
  const models = {
    version: 'core.repositoryversion',
    repository: 'container.containerrepository',
    tag: 'container.tag',
    distribution: 'container.containerdistribution',
  };
  return `prn:${models[created.kind]}:${created.id}`;
}

function countUnits(state: State, ids: ReadonlySet<string>, query: string): Json {
  const summary: Json = {};
  for (const kind of ['blob', 'manifest', 'signature', 'tag'] as const) {
    const count = pick(state, ids, kind).length;
    if (count > 0) summary[`container.${kind}`] = { count, href: `${API}content/container/${kind}s/?${query}` };
  }
  return summary;
}
