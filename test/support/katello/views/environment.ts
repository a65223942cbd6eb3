/** Lifecycle environments, rendered by Katello and as raw records by Foreman. */
import type { App } from '../app.ts';
import { printTime } from '../http/time.ts';
import { canInOrganization } from '../rules/permissions.ts';
import { contextOf, getById } from '../state/find.ts';
import type { Environment, User } from '../state/rows.ts';

export function viewEnvironment(app: App, environment: Environment, user: User): Record<string, unknown> {
  const { world, traits } = app;
  const { id, name, label, organizationId } = environment;
  const organization = getById(world.organizations, organizationId);
  const views = publishedViews(app, environment);
  const repositories = world.repositories.filter((row) => row.environmentId === id && row.libraryInstanceId === null);
  const can = (permission: string): boolean => canInOrganization(user, permission, organizationId);
  return {
    library: environment.isLibrary,
    registry_name_pattern: environment.registryNamePattern,
    registry_unauthenticated_pull: environment.allowsAnonymousPull,
    id,
    name,
    label,
    description: null,
    organization_id: organizationId,
    organization: { name: organization.name, label: organization.label, id: organizationId },
    created_at: printTime(environment.createdAt),
    updated_at: printTime(environment.updatedAt),
    prior: null,
    successor: null,
    counts: {
      content_hosts: 0,
      content_views: views.length,
      packages: 0,
      module_streams: 0,
      errata: { security: 0, bugfix: 0, enhancement: 0, total: 0 },
      yum_repositories: 0,
      docker_repositories: repositories.length,
      ostree_repositories: 0,
      products: world.products.filter((row) => row.organizationId === organizationId).length,
      debs: 0,
      deb_repositories: 0,
    },
    permissions: {
      create_lifecycle_environments: can('create_lifecycle_environments'),
      view_lifecycle_environments: can('view_lifecycle_environments'),
      edit_lifecycle_environments: can('edit_lifecycle_environments'),
      destroy_lifecycle_environments: can('destroy_lifecycle_environments') && !environment.isLibrary,
      promote_or_remove_content_views_to_environments: can('promote_or_remove_content_views_to_environments'),
    },
    content_views: views.map((view) => ({ name: view.name, id: view.id })),
    ...(traits.environmentListsCapsules ? { capsules: capsulesOf(app, environment) } : {}),
  };
}

/** The record with ISO times that smart proxies embed. */
export function viewEnvironmentRecord({ world }: App, environment: Environment): Record<string, unknown> {
  return {
    id: environment.id,
    name: environment.name,
    description: null,
    library: environment.isLibrary,
    organization_id: environment.organizationId,
    created_at: printTime(environment.createdAt),
    updated_at: printTime(environment.updatedAt),
    label: environment.label,
    registry_name_pattern: environment.registryNamePattern,
    registry_unauthenticated_pull: environment.allowsAnonymousPull,
    prior: null,
    prior_id: null,
    organization: getById(world.organizations, environment.organizationId).name,
  };
}

function capsulesOf({ world }: App, environment: Environment): unknown[] {
  return world.proxies
    .filter((proxy) => proxy.environmentIds.includes(environment.id))
    .map(({ id, name, environmentIds }) => ({
      id,
      name,
      lifecycle_environments: environmentIds.map((environmentId) => ({ id: environmentId })),
    }));
}

function publishedViews({ world }: App, environment: Environment): { id: number; name: string }[] {
  return world.contentViews.filter(
    (view) =>
      !view.isDefault &&
      world.contentViewVersions.some(
        (version) => version.contentViewId === view.id && version.environmentIds.includes(environment.id),
      ),
  );
}

/** Repositories of the environment in one content view. */
export function repositoriesIn({ world }: App, environmentId: number, viewId: number) {
  return world.repositories.filter(
    (row) => row.environmentId === environmentId && contextOf(world, row).contentView.id === viewId,
  );
}
