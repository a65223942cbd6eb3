/** Rows for the stand-in's world out of what the recordings tell. */
import type {
  Environment,
  Organization,
  Product,
  Proxy,
  Repository,
  RootRepository,
  Task,
} from '../support/katello/state/rows.ts';
import { isObject, type JsonObject, listAt, numberAt, objectAt, textAt } from './json.ts';

export function organizationRow(id: number, providerId: number, fact: JsonObject | undefined): Organization {
  const name = textAt(fact, 'name') ?? `Organization ${id}`;
  return {
    id,
    providerId,
    name,
    label: textAt(fact, 'label') ?? name,
    description: textAt(fact, 'description'),
    createdAt: isoOf(textAt(fact, 'created_at')),
    updatedAt: isoOf(textAt(fact, 'updated_at')),
  };
}

export function environmentRow(id: number, organizationId: number, fact: JsonObject | null): Environment {
  return {
    id,
    organizationId,
    name: textAt(fact, 'name') ?? 'Library',
    label: textAt(fact, 'label') ?? 'Library',
    isLibrary: true,
    registryNamePattern: null,
    allowsAnonymousPull: false,
    createdAt: isoOf(textAt(fact, 'created_at')),
    updatedAt: isoOf(textAt(fact, 'updated_at')),
  };
}

export function productRow(id: number, fact: JsonObject | undefined): Product {
  const name = textAt(fact, 'name') ?? `Product ${id}`;
  return {
    id,
    organizationId: numberAt(fact, 'organization_id') ?? 1,
    name,
    label: textAt(fact, 'label') ?? name,
    description: textAt(fact, 'description'),
    cpId: textAt(fact, 'cp_id') ?? String(id),
    createdAt: isoOf(textAt(fact, 'created_at')),
    updatedAt: isoOf(textAt(fact, 'updated_at')),
  };
}

/** The root of a library instance; ids are the repository's, which keeps them unique. */
export function rootRow(id: number, fact: JsonObject): RootRepository {
  return {
    id,
    productId: numberAt(objectAt(fact, 'product'), 'id') ?? 0,
    name: textAt(fact, 'name') ?? '',
    label: textAt(fact, 'label') ?? '',
    description: textAt(fact, 'description'),
    contentType: textAt(fact, 'content_type') ?? 'docker',
    url: textAt(fact, 'url'),
    dockerUpstreamName: textAt(fact, 'docker_upstream_name'),
    mirroringPolicy: textAt(fact, 'mirroring_policy') ?? 'mirror_content_only',
    downloadPolicy: textAt(fact, 'download_policy') ?? 'immediate',
    includeTags: isNativePush(fact) ? null : [],
    excludeTags: isNativePush(fact) ? null : ['*-source'],
    isUnprotected: true,
    contentId: textAt(fact, 'content_id'),
    isContainerPush: isNativePush(fact),
  };
}

export function repositoryRow(id: number, fact: JsonObject, distributionHref: string | null): Repository {
  const versionHref = textAt(fact, 'version_href');
  return {
    id,
    rootId: id,
    libraryInstanceId: null,
    environmentId: numberAt(objectAt(fact, 'kt_environment'), 'id'),
    contentViewVersionId: numberAt(objectAt(fact, 'content_view_version'), 'id') ?? 1,
    backendIdentifier: textAt(fact, 'backend_identifier') ?? '',
    relativePath: textAt(fact, 'relative_path') ?? '',
    containerRepositoryName: textAt(fact, 'container_repository_name'),
    pulpHref: versionHref?.replace(/versions\/\d+\/$/, '') ?? null,
    versionHref,
    distributionHref,
    lastContentsChanged: isoOf(textAt(fact, 'last_contents_changed')),
    createdAt: isoOf(textAt(fact, 'created_at')),
    updatedAt: isoOf(textAt(fact, 'updated_at')),
  };
}

export function proxyRow(id: number, fact: JsonObject): Proxy {
  return {
    id,
    name: textAt(fact, 'name') ?? '',
    url: textAt(fact, 'url') ?? '',
    isPrimary: id === 1,
    downloadPolicy: textAt(fact, 'download_policy'),
    environmentIds: environmentIdsOf(fact),
    organizationIds: [1],
    createdAt: isoOf(textAt(fact, 'created_at')),
    updatedAt: isoOf(textAt(fact, 'updated_at')),
    syncedRepositoryIds: [],
    behaviour: 'ok',
  };
}

/** The embedded list starts with the newest. */
export function environmentIdsOf(proxy: JsonObject): number[] {
  return listAt(proxy, 'lifecycle_environments')
    .map((row) => numberAt(row, 'id'))
    .filter((id) => id !== null)
    .toReversed();
}

/** A task that ran outside of the recordings, as an answer showed it. */
export function taskRow(shown: JsonObject, userId: number, links: Task['links']): Task {
  const humanized = objectAt(shown, 'humanized');
  const errors = listAt(humanized, 'errors').filter((text) => typeof text === 'string');
  const startedAt = isoOf(textAt(shown, 'started_at') ?? textAt(shown, 'start_at'));
  const endedAt = textAt(shown, 'ended_at') === null ? null : isoOf(textAt(shown, 'ended_at'));
  return {
    id: textAt(shown, 'id') ?? '',
    label: textAt(shown, 'label') ?? '',
    action: textAt(shown, 'action') ?? '',
    userId,
    isJob: shown['username'] === null,
    startedAt,
    endedAt,
    state: stateOf(textAt(shown, 'state')),
    result: resultOf(textAt(shown, 'result')),
    progress: numberAt(shown, 'progress') ?? 0,
    input: { ...objectAt(shown, 'input') },
    output: { ...objectAt(shown, 'output') },
    humanizedAction: textAt(humanized, 'action') ?? '',
    humanizedInput: humanized['input'] ?? null,
    humanizedOutput: textAt(humanized, 'output') ?? '',
    errors,
    errorClasses: errors.map(() => 'RuntimeError'),
    links,
    parentTaskId: null,
    externalId: textAt(shown, 'id') ?? '',
    durationMs: endedAt === null ? null : Date.parse(endedAt) - Date.parse(startedAt),
    plan: {},
    doneSteps: {},
  };
}

/** What the task is linked to: the subjects in its input. */
export function linksOf(shown: JsonObject): Task['links'] {
  const input = objectAt(shown, 'input');
  const isLinkOnly = (textAt(shown, 'label') ?? '').endsWith('::MetadataGenerate');
  const all: readonly (readonly [string, string])[] = [
    ['repository', 'Katello::Repository'],
    ['product', 'Katello::Product'],
    ['provider', 'Katello::Provider'],
    ['content_view', 'Katello::ContentView'],
    ['smart_proxy', 'SmartProxy'],
    ['organization', 'Organization'],
  ];
  return all.slice(0, isLinkOnly ? 1 : undefined).flatMap(([key, resourceType]) => {
    const id = numberAt(objectAt(input, key), 'id');
    return id === null ? [] : [{ resourceType, resourceId: id }];
  });
}

function isNativePush(fact: JsonObject): boolean {
  if (typeof fact['is_container_push'] === 'boolean') return fact['is_container_push'];
  return (textAt(fact, 'version_href') ?? '').includes('/container-push/');
}

function stateOf(text: string | null): Task['state'] {
  return text === 'running' || text === 'scheduled' || text === 'paused' || text === 'planned' || text === 'planning'
    ? text
    : 'stopped';
}

function resultOf(text: string | null): Task['result'] {
  return text === 'pending' || text === 'warning' || text === 'error' || text === 'cancelled' ? text : 'success';
}

/** `2026-11-24 19:24:36 UTC` as ISO 8601. */
function isoOf(text: string | null): string {
  const iso = text?.replace(/^(\S+) (\S+) UTC$/, '$1T$2.000Z') ?? '';
  return Number.isNaN(Date.parse(iso)) ? '2026-01-01T00:00:00.000Z' : new Date(iso).toISOString();
}

export function isTask(value: unknown): value is JsonObject {
  return isObject(value) && 'humanized' in value && 'available_actions' in value;
}
