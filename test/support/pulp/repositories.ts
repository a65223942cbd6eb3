/** REST routes of repositories and their versions. */
import { z } from 'zod';
import { dropOldVersions } from './content.ts';
import { type Answer, type Call, Refusal, type Route, readBody } from './http.ts';
import type { Kernel } from './kernel.ts';
import { answerList, answerOne, identityFilters, type Listing, labelFilter, textFilters } from './lists.ts';
import { API, renderRepository, renderVersion, repositoryHref, repositoryPrn } from './render.ts';
import {
  createId,
  findByName,
  latestOf,
  type Repository,
  type RepositoryType,
  type State,
  type Version,
} from './state.ts';

const NAME_LOOKUPS = ['startswith', 'contains', 'icontains', 'regex'];

const Changes = z.strictObject({
  name: z.string().min(1, 'This field may not be blank.').optional(),
  description: z.string().nullable().optional(),
  retain_repo_versions: z.number().nullable().optional(),
  pulp_labels: z.record(z.string(), z.string()).optional(),
  remote: z.null().optional(),
});
type Changes = z.infer<typeof Changes>;

export function repositoryRoutes(pulp: Kernel): Route[] {
  const { state } = pulp;
  const list = new RegExp(`^${API}repositories/$`);
  return [
    { pattern: list, methods: { GET: (call) => answerList(call, listing([...state.repositories.values()])) } },
    ...typedRoutes(pulp, 'container', {
      list: { POST: (call) => createRepository(pulp, call) },
      one: { DELETE: (call) => deleteRepository(pulp, call) },
    }),
    ...typedRoutes(pulp, 'container-push', { list: {}, one: {} }),
  ];
}

function typedRoutes(
  pulp: Kernel,
  type: RepositoryType,
  more: { list: Route['methods']; one: Route['methods'] },
): Route[] {
  const { state } = pulp;
  const root = `^${API}repositories/container/(?<type>${type})/`;
  const one = `${root}(?<id>[0-9a-f-]{36})/`;
  return [
    {
      pattern: new RegExp(`${root}$`),
      methods: { GET: (call) => answerList(call, listing(repositoriesOf(state, type))), ...more.list },
    },
    {
      pattern: new RegExp(`${one}$`),
      methods: {
        GET: (call) => answerOne(call, renderRepository(pulp.repositoryOf(call))),
        PATCH: (call) => changeRepository(pulp, call),
        ...more.one,
      },
    },
    {
      pattern: new RegExp(`${one}versions/$`),
      methods: { GET: (call) => answerList(call, versionListing(state, pulp.repositoryOf(call))) },
    },
    {
      pattern: new RegExp(`${one}versions/(?<number>\\d+)/$`),
      methods: {
        GET: (call) => {
          const { repository, version } = versionOf(pulp, call);
          return answerOne(call, renderVersion(state, repository, version));
        },
        DELETE: (call) => deleteVersion(pulp, call),
      },
    },
  ];
}

/** @throws Refusal 404 with the words of this type */
export function findRepository(state: State, type: string, id: string): Repository {
  const repository = state.repositories.get(id);
  if (repository?.type === type) return repository;
  const model = type === 'container' ? 'ContainerRepository' : 'ContainerPushRepository';
  throw new Refusal(404, { detail: `No ${model} matches the given query.` });
}

/** A new, empty repository with its version 0. */
export function addRepository(state: State, name: string, type: RepositoryType): Repository {
  const createdAt = state.now();
  const repository: Repository = {
    id: createId(),
    type,
    name,
    description: null,
    labels: {},
    retainVersions: null,
    createdAt,
    updatedAt: createdAt,
    versions: [{ id: createId(), number: 0, createdAt, content: new Set() }],
    nextNumber: 1,
    unfinished: null,
    pending: new Set(),
  };
  state.repositories.set(repository.id, repository);
  return repository;
}

/** The typed list of push repositories hides those that no distribution points to. */
function repositoriesOf(state: State, type: RepositoryType): Repository[] {
  const distributed = new Set([...state.distributions.values()].map(({ repositoryId }) => repositoryId));
  const isShown = (row: Repository) => row.type === type && (type === 'container' || distributed.has(row.id));
  return [...state.repositories.values()].filter(isShown);
}

function listing(rows: readonly Repository[]): Listing<Repository> {
  return {
    rows: () => rows,
    render: renderRepository,
    filters: {
      ...textFilters('name', ({ name }: Repository) => name, NAME_LOOKUPS),
      ...textFilters('pulp_type', ({ type }: Repository) => `container.${type}`),
      ...identityFilters<Repository>(({ id }) => id, repositoryHref),
      ...labelFilter<Repository>(({ labels }) => labels),
    },
    orderings: ['name', 'pulp_created', 'pulp_last_updated'],
  };
}

function versionListing(state: State, repository: Repository): Listing<Version> {
  return {
    rows: () => repository.versions,
    render: (version) => renderVersion(state, repository, version),
    filters: { number: (value) => (version) => version.number === Number(value) },
    orderings: ['number', 'pulp_created'],
  };
}

function createRepository({ state }: Kernel, call: Call): Answer {
  const body = readBody(call, Changes.required({ name: true }));
  if (findByName(state.repositories, body.name)) throw new Refusal(400, { name: ['This field must be unique.'] });
  const repository = addRepository(state, body.name, 'container');
  applyChanges(state, repository, body);
  return { status: 201, body: renderRepository(repository), headers: { location: repositoryHref(repository) } };
}

function changeRepository(pulp: Kernel, call: Call): Answer {
  const repository = pulp.repositoryOf(call);
  const body = readBody(call, Changes);
  const now: Record<string, unknown> = renderRepository(repository);
  const isSame = Object.entries(body).every(([key, value]) => JSON.stringify(now[key]) === JSON.stringify(value));
  if (isSame) return answerOne(call, now);
  return pulp.startTask(call, {
    name: 'pulpcore.app.tasks.base.ageneral_update',
    exclusive: [repositoryPrn(repository)],
    isImmediate: true,
    run: () => {
      applyChanges(pulp.state, repository, body);
      repository.updatedAt = pulp.state.now();
      return [];
    },
  });
}

function applyChanges(state: State, repository: Repository, body: Changes): void {
  repository.name = body.name ?? repository.name;
  if (body.description !== undefined) repository.description = body.description;
  if (body.pulp_labels !== undefined) repository.labels = { ...body.pulp_labels };
  if (body.retain_repo_versions !== undefined) repository.retainVersions = body.retain_repo_versions;
  dropOldVersions(state, repository);
}

function deleteRepository(pulp: Kernel, call: Call): Answer {
  const repository = pulp.repositoryOf(call);
  return pulp.startTask(call, {
    name: 'pulpcore.app.tasks.base.ageneral_delete',
    exclusive: [repositoryPrn(repository)],
    run: () => {
      dropRepository(pulp.state, repository);
      return [];
    },
  });
}

/** Its distributions stay, empty. */
export function dropRepository(state: State, repository: Repository): void {
  state.repositories.delete(repository.id);
  const versions = new Set(repository.versions.map(({ id }) => id));
  for (const distribution of state.distributions.values()) {
    if (distribution.repositoryId === repository.id) distribution.repositoryId = null;
    if (distribution.versionId !== null && versions.has(distribution.versionId)) distribution.versionId = null;
  }
}

function deleteVersion(pulp: Kernel, call: Call): Answer {
  const { repository, version } = versionOf(pulp, call);
  if (repository.type !== 'container')
    throw new Refusal(403, { detail: 'You do not have permission to perform this action.' });
  if (isServed(pulp.state, repository, version)) throw new Refusal(400, [SERVED]);
  return pulp.startTask(call, {
    name: 'pulpcore.app.tasks.repository.delete_version',
    exclusive: [repositoryPrn(repository)],
    run: () => {
      if (repository.versions.length === 1) throw new Error(LAST_VERSION);
      repository.versions = repository.versions.filter(({ id }) => id !== version.id);
      return [];
    },
  });
}

/** A version that a distribution is set to, or the latest of a repository that one serves. */
function isServed(state: State, repository: Repository, version: Version): boolean {
  return [...state.distributions.values()].some(
    ({ repositoryId, versionId }) =>
      versionId === version.id || (repositoryId === repository.id && latestOf(repository) === version),
  );
}

const SERVED =
  'The repository version cannot be deleted because it (or its publications) are currently being used to distribute content. Please update the necessary distributions first.';
const LAST_VERSION = 'Cannot delete repository version. Repositories must have at least one repository version.';

function versionOf(pulp: Kernel, call: Call): { repository: Repository; version: Version } {
  const repository = pulp.repositoryOf(call);
  const version = repository.versions.find(({ number }) => number === Number(call.params['number']));
  if (!version) throw new Refusal(404, { detail: 'No RepositoryVersion matches the given query.' });
  return { repository, version };
}
