/** REST routes of distributions and namespaces. */
import { z } from 'zod';
import { distributionOf } from './actions.ts';
import { type Answer, type Call, Refusal, type Route, readBody } from './http.ts';
import { type Kernel, resolveVersion } from './kernel.ts';
import { answerList, answerOne, identityFilters, type Listing, labelFilter, textFilters } from './lists.ts';
import { API, distributionHref, distributionPrn, renderDistribution, repositoryPrn } from './render.ts';
import { dropRepository } from './repositories.ts';
import { createId, type Distribution, findByName, type Repository, type State } from './state.ts';

const Changes = z.strictObject({
  name: z.string().optional(),
  base_path: z.string().optional(),
  repository: z.string().nullable().optional(),
  repository_version: z.string().nullable().optional(),
  pulp_labels: z.record(z.string(), z.string()).optional(),
  private: z.boolean().optional(),
  content_guard: z.string().nullable().optional(),
});
type Changes = z.infer<typeof Changes>;

const SEGMENT = /^[a-z0-9]+(?:(?:[._]|__|-*)[a-z0-9])*$/;

export function distributionRoutes(pulp: Kernel): Route[] {
  const { state } = pulp;
  const render = (call: Call, row: Distribution) => renderDistribution(state, row, call.headers.host ?? '');
  return [
    {
      pattern: new RegExp(`^${API}distributions/(container/container/)?$`),
      methods: {
        GET: (call) => answerList(call, listing(state, call.headers.host ?? '')),
        POST: (call) => createDistribution(pulp, call),
      },
    },
    {
      pattern: new RegExp(`^${API}distributions/container/container/(?<id>[0-9a-f-]{36})/$`),
      methods: {
        GET: (call) => answerOne(call, render(call, distributionOf(state, call))),
        PATCH: (call) => changeDistribution(pulp, call),
        DELETE: (call) => deleteDistribution(pulp, call),
      },
    },
    {
      pattern: new RegExp(`^${API}pulp_container/namespaces/$`),
      methods: {
        GET: (call) =>
          answerList(call, {
            rows: () => state.namespaces.values(),
            render: ({ id, name, createdAt }) => ({
              pulp_href: `${API}pulp_container/namespaces/${id}/`,
              pulp_created: createdAt,
              name,
            }),
            filters: textFilters('name', ({ name }: { name: string }) => name, ['startswith', 'contains', 'icontains']),
            orderings: ['name', 'pulp_created'],
          }),
      },
    },
  ];
}

/** A new distribution, and the namespace of its first segment if that is missing. */
export function addDistribution(state: State, name: string, basePath: string): Distribution {
  const createdAt = state.now();
  const namespace = basePath.split('/')[0] ?? '';
  if (!state.namespaces.has(namespace)) state.namespaces.set(namespace, { id: createId(), name: namespace, createdAt });
  const distribution: Distribution = {
    id: createId(),
    createdAt,
    updatedAt: createdAt,
    name,
    basePath,
    repositoryId: null,
    versionId: null,
    remote: null,
    labels: {},
    isPrivate: false,
  };
  state.distributions.set(distribution.id, distribution);
  return distribution;
}

/** @throws Refusal 400 in the words of the world, which are not in the form of registry errors */
export function refuseBadPath(state: State, basePath: string): void {
  const isLegal = basePath.length <= 255 && basePath.split('/').every((segment) => SEGMENT.test(segment));
  const word = state.world.isUnified ? 'registry' : 'base';
  if (!isLegal) throw new Refusal(400, { base_path: [`The provided ${word} path contains forbidden characters.`] });
}

export function findDistributionAt(state: State, basePath: string): Distribution | undefined {
  return [...state.distributions.values()].find((distribution) => distribution.basePath === basePath);
}

function listing(state: State, host: string): Listing<Distribution> {
  const hrefOf = (row: Distribution) => String(renderDistribution(state, row, host)['repository']);
  const idOf = (href: string) => href.split('/').at(-2) ?? '';
  return {
    rows: () => state.distributions.values(),
    render: (row) => renderDistribution(state, row, host),
    filters: {
      ...textFilters('name', ({ name }: Distribution) => name, ['startswith', 'contains', 'icontains', 'regex']),
      ...textFilters('base_path', ({ basePath }: Distribution) => basePath, ['contains', 'icontains']),
      ...identityFilters<Distribution>(({ id }) => id, distributionHref),
      ...labelFilter<Distribution>(({ labels }) => labels),
      namespace__name: (value) => (row) => row.basePath.split('/')[0] === value,
      repository: (value) => (row) => idOf(hrefOf(row)) === idOf(value),
      repository__in: (value) => (row) =>
        value
          .split(',')
          .map(idOf)
          .includes(idOf(hrefOf(row))),
    },
    orderings: ['name', 'base_path', 'pulp_created', 'pulp_last_updated'],
  };
}

function createDistribution(pulp: Kernel, call: Call): Answer {
  const { state } = pulp;
  const body = readBody(call, Changes.required({ name: true, base_path: true }));
  checkChanges(state, body, null);
  return pulp.startTask(call, {
    name: 'pulpcore.app.tasks.base.general_create',
    exclusive: ['distributions'],
    run: () => {
      const distribution = addDistribution(state, body.name, body.base_path);
      applyChanges(state, distribution, body);
      return [{ kind: 'distribution', id: distribution.id }];
    },
  });
}

function changeDistribution(pulp: Kernel, call: Call): Answer {
  const distribution = distributionOf(pulp.state, call);
  const body = readBody(call, Changes);
  checkChanges(pulp.state, body, distribution);
  return pulp.startTask(call, {
    name: 'pulpcore.app.tasks.base.ageneral_update',
    exclusive: [distributionPrn(distribution)],
    isImmediate: true,
    run: () => {
      applyChanges(pulp.state, distribution, body);
      distribution.updatedAt = pulp.state.now();
      return [];
    },
  });
}

/** Takes the repository along: any push repository, and in newer Pulps one that has only this distribution. */
function deleteDistribution(pulp: Kernel, call: Call): Answer {
  const { state } = pulp;
  const distribution = distributionOf(state, call);
  const repository = distribution.repositoryId === null ? undefined : state.repositories.get(distribution.repositoryId);
  const doomed = repository && goesAlong(state, repository) ? repository : null;
  return pulp.startTask(call, {
    name: 'pulpcore.app.tasks.base.general_multi_delete',
    exclusive: [distributionPrn(distribution), ...(doomed ? [repositoryPrn(doomed)] : [])],
    run: () => {
      state.distributions.delete(distribution.id);
      if (doomed) dropRepository(state, doomed);
      return [];
    },
  });
}

function goesAlong(state: State, repository: Repository): boolean {
  if (repository.type === 'container-push') return true;
  const users = [...state.distributions.values()].filter(({ repositoryId }) => repositoryId === repository.id);
  return state.world.isUnified && users.length === 1;
}

/** @throws Refusal 400 where the change does not fit what is there */
function checkChanges(state: State, body: Changes, current: Distribution | null): void {
  const taken: Record<string, string[]> = {};
  const isOther = (found: Distribution | undefined) => found !== undefined && found !== current;
  if (isOther(findByName(state.distributions, body.name ?? ''))) taken['name'] = ['This field must be unique.'];
  if (isOther(findDistributionAt(state, body.base_path ?? ''))) taken['base_path'] = ['This field must be unique.'];
  if (Object.keys(taken).length > 0) throw new Refusal(400, taken);
  if (body.base_path !== undefined) refuseBadPath(state, body.base_path);

  const repository = body.repository === undefined ? (current?.repositoryId ?? null) : body.repository;
  const version = body.repository_version === undefined ? (current?.versionId ?? null) : body.repository_version;
  if (repository !== null && version !== null) {
    const both = "Only one of the attributes 'repository' and 'repository_version' may be used simultaneously.";
    throw new Refusal(400, { non_field_errors: [both] });
  }
  if (body.repository_version) refuseVersion(state, body.repository_version);
}

function refuseVersion(state: State, href: string): void {
  try {
    if (resolveVersion(state, href).repository.type === 'container') return;
  } catch {
    // the field says it in its own words below
  }
  throw new Refusal(400, { repository_version: ['Invalid hyperlink - Object does not exist.'] });
}

function applyChanges(state: State, distribution: Distribution, body: Changes): void {
  distribution.name = body.name ?? distribution.name;
  distribution.basePath = body.base_path ?? distribution.basePath;
  distribution.labels = { ...(body.pulp_labels ?? distribution.labels) };
  distribution.isPrivate = body.private ?? distribution.isPrivate;
  const { repository, repository_version: version } = body;
  if (repository !== undefined)
    distribution.repositoryId = repository === null ? null : resolveVersion(state, repository).repository.id;
  if (version !== undefined)
    distribution.versionId = version === null ? null : resolveVersion(state, version).version.id;
}
