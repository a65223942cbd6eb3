/** Katello's `docker_tags`, `docker_manifests` and `docker_manifest_lists`. */
import type { App } from '../app.ts';
import { katelloPage } from '../http/envelope.ts';
import { katelloFailure } from '../http/failure.ts';
import { type Answer, type Call, idParam, ok, textParam } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { seesRepository } from '../rules/permissions.ts';
import type { SearchFields } from '../rules/search.ts';
import { contextOf, getById } from '../state/find.ts';
import type { Manifest, MetaTag, Repository } from '../state/rows.ts';
import { viewManifest, viewTag } from '../views/content.ts';

export function contentRoutes(app: App): Route[] {
  const route = (name: string, handle: Route['handle']): Route => ({
    method: 'GET',
    pattern: `/katello/api/${name}`,
    scope: 'katello',
    permissions: ['view_products'],
    handle,
  });
  return [
    route('docker_tags', (call) => listTags(app, call)),
    route('docker_manifests', (call) => listManifests(app, call, 'image')),
    route('docker_manifest_lists', (call) => listManifests(app, call, 'list')),
  ];
}

async function listTags(app: App, call: Call): Promise<Answer> {
  const { world } = app;
  const repositories = selectedRepositories(app, call);
  const ids = linkedIds(world.metaTagLinks, repositories);
  const page = katelloPage(
    {
      call,
      rows: world.metaTags.filter((row) => ids.has(row.id)),
      search: tagSearch(app),
      sorting: {
        by: 'id',
        order: 'desc',
        fields: { id: (row) => row.id, name: (row) => row.name },
        id: (row) => row.id,
      },
    },
    app.traits,
  );
  await app.latency.listTags(page.rows.length, app.signal);
  return ok({ ...page.envelope, results: page.rows.map((row) => viewTag(app, row)) });
}

function listManifests(app: App, call: Call, kind: Manifest['kind']): Answer {
  const { world } = app;
  const ids = linkedIds(world.manifestLinks, selectedRepositories(app, call));
  const page = katelloPage(
    {
      call,
      rows: world.manifests
        .filter((row) => row.kind === kind && ids.has(row.id))
        .toSorted((a, b) => b.schemaVersion - a.schemaVersion),
      search: manifestSearch(app),
      sorting: { by: null, order: null, fields: {}, id: (row) => row.id },
    },
    app.traits,
  );
  return ok({ ...page.envelope, results: page.rows.map((row) => viewManifest(app, row)) });
}

/** Repositories whose content is asked for. @throws Failure 404 for one that is absent or hidden */
function selectedRepositories({ world }: App, call: Call): Repository[] {
  const visible = world.repositories.filter((row) => seesRepository(world, call.user, row));
  const id = idParam(call, 'repository_id');
  if (id !== null && !visible.some((row) => row.id === id)) {
    throw katelloFailure(404, `Couldn't find repository '${textParam(call, 'repository_id')}'`);
  }
  const environmentId = idParam(call, 'environment_id');
  const versionId = idParam(call, 'content_view_version_id');
  return visible.filter(
    (row) =>
      (id === null || row.id === id) &&
      (environmentId === null || row.environmentId === environmentId) &&
      (versionId === null || row.contentViewVersionId === versionId) &&
      (call.organization === null || contextOf(world, row).organization.id === call.organization.id),
  );
}

function linkedIds(
  links: readonly { repositoryId: number; unitId: number }[],
  repositories: readonly Repository[],
): Set<number> {
  const ids = new Set(repositories.map((row) => row.id));
  return new Set(links.filter((link) => ids.has(link.repositoryId)).map((link) => link.unitId));
}

function tagSearch({ world }: App): SearchFields<MetaTag> {
  const manifestOf = (row: MetaTag): Manifest | undefined => {
    const tag = world.tags.find((candidate) => candidate.id === (row.schema2Id ?? row.schema1Id));
    return world.manifests.find((candidate) => candidate.id === tag?.manifestId);
  };
  const repositoriesOf = (row: MetaTag): Repository[] =>
    world.metaTagLinks
      .filter((link) => link.unitId === row.id)
      .map((link) => getById(world.repositories, link.repositoryId));
  return {
    tag: { values: (row) => [row.name] },
    name: { values: (row) => [row.name] },
    id: { values: (row) => [row.id], isExplicitOnly: true },
    digest: { values: (row) => [manifestOf(row)?.digest ?? null], isExplicitOnly: true },
    schema_version: { values: (row) => [manifestOf(row)?.schemaVersion ?? null], isExplicitOnly: true },
    repository: {
      values: (row) => repositoriesOf(row).map((repository) => contextOf(world, repository).root.name),
      isExplicitOnly: true,
    },
    image: {
      values: (row) => repositoriesOf(row).map((repository) => repository.containerRepositoryName),
      isExplicitOnly: true,
    },
  };
}

function manifestSearch({ world }: App): SearchFields<Manifest> {
  return {
    tag: { values: (row) => world.tags.filter((tag) => tag.manifestId === row.id).map((tag) => tag.name) },
    digest: { values: (row) => [row.digest], isExplicitOnly: true },
    schema_version: { values: (row) => [row.schemaVersion], isExplicitOnly: true },
    bootable: { values: (row) => [row.isBootable], isExplicitOnly: true },
    flatpak: { values: (row) => [row.isFlatpak], isExplicitOnly: true },
    content_type: { values: (row) => [row.contentType], isExplicitOnly: true },
  };
}
