/** Smart proxies, which Katello's paths call capsules, and what is known about their syncs. */
import { ACTIONS } from '../actions/labels.ts';
import type { App } from '../app.ts';
import { printTime } from '../http/time.ts';
import { versionNumber } from '../rules/version-name.ts';
import { contextOf, getById, versionsOf } from '../state/find.ts';
import type { ContentView, Environment, Proxy, Task } from '../state/rows.ts';
import { repositoriesIn, viewEnvironmentRecord } from './environment.ts';
import { viewStartedTask } from './task.ts';

export function viewProxy(app: App, proxy: Proxy): Record<string, unknown> {
  const { world, traits } = app;
  return {
    created_at: printTime(proxy.createdAt),
    updated_at: printTime(proxy.updatedAt),
    hosts_count: 0,
    name: proxy.name,
    id: proxy.id,
    url: proxy.url,
    remote_execution_pubkey: null,
    ...(traits.tellsRemoteExecutionCa ? { remote_execution_ca_pubkey: null } : {}),
    download_policy: proxy.downloadPolicy,
    supported_pulp_types: ['docker', 'file', 'yum'],
    lifecycle_environments: proxy.environmentIds
      .toReversed()
      .map((id) => viewEnvironmentRecord(app, getById(world.environments, id))),
    features: [{ capabilities: ['container', 'rpm', 'file', 'certguard', 'core'], name: 'Pulpcore', id: 1 }],
  };
}

/** Show: with the places it belongs to. */
export function viewProxyInFull(app: App, proxy: Proxy): Record<string, unknown> {
  const organizations = app.world.organizations.filter((row) => proxy.organizationIds.includes(row.id));
  return {
    ...viewProxy(app, proxy),
    locations: [{ id: 2, name: 'Default', title: 'Default', description: null }],
    organizations: organizations.map(({ id, name }) => ({ id, name, title: name, description: null })),
  };
}

/** State of a mirror: what runs, what failed since the last success, and how far each environment is. */
export function viewSyncStatus(app: App, proxy: Proxy): Record<string, unknown> {
  const tasks = syncsOf(app, proxy);
  const last = tasks.findLast((task) => task.result === 'success');
  const since = last === undefined ? tasks : tasks.slice(tasks.indexOf(last) + 1);
  const failed = since.filter((task) => task.result !== 'success' && task.result !== 'pending');
  return {
    last_sync_time: printTime(last?.endedAt ?? null),
    download_policy: proxy.downloadPolicy,
    active_sync_tasks: tasks.filter((task) => task.result === 'pending').map((task) => viewStartedTask(app, task)),
    last_failed_sync_tasks: failed.map((task) => viewStartedTask(app, task)),
    last_sync_task: last === undefined ? null : viewStartedTask(app, last),
    last_failed_reclaim_tasks: [],
    lifecycle_environments: proxy.environmentIds.map((id) =>
      environmentStatus(app, proxy, getById(app.world.environments, id), tasks),
    ),
    last_sync_words: last === undefined ? null : 'less than a minute',
    unsyncable_content_types: [],
    content_counts: null,
  };
}

function syncsOf({ world }: App, proxy: Proxy): Task[] {
  return world.tasks.filter(
    (task) =>
      task.label === ACTIONS.syncCapsule.label &&
      task.links.some((link) => link.resourceType === 'SmartProxy' && link.resourceId === proxy.id),
  );
}

function environmentStatus(app: App, proxy: Proxy, environment: Environment, tasks: readonly Task[]): unknown {
  const { world } = app;
  const organization = getById(world.organizations, environment.organizationId);
  const views = world.contentViews.filter((view) =>
    versionsOf(world, view.id).some((version) => version.environmentIds.includes(environment.id)),
  );
  return {
    library: environment.isLibrary,
    id: environment.id,
    name: environment.name,
    label: environment.label,
    description: null,
    organization_id: organization.id,
    organization: { name: organization.name, label: organization.label, id: organization.id },
    syncable: !tasks.some((task) => task.result === 'success'),
    last_sync: { id: null, started_at: null, result: null, last_sync_words: null },
    counts: { content_views: views.filter((view) => !view.isDefault).length },
    content_views: views.map((view) => viewStatus(app, proxy, environment, view)),
  };
}

function viewStatus(app: App, proxy: Proxy, environment: Environment, view: ContentView): unknown {
  const { world, traits } = app;
  const version = versionsOf(world, view.id).findLast((row) => row.environmentIds.includes(environment.id));
  const repositories = repositoriesIn(app, environment.id, view.id);
  return {
    id: view.id,
    cvv_id: version?.id ?? null,
    cvv_version: version === undefined ? null : versionNumber(version),
    label: view.label,
    name: view.name,
    composite: false,
    ...(traits.tellsRollingViews ? { rolling: false } : {}),
    last_published: printTime(version?.createdAt ?? null),
    default: view.isDefault,
    up_to_date: repositories.every((row) => proxy.syncedRepositoryIds.includes(row.id)),
    counts: { repositories: repositories.length },
    repositories: repositories.map((row) => {
      const { root, product } = contextOf(world, row);
      return {
        id: row.id,
        name: root.name,
        library_id: row.libraryInstanceId,
        product_id: product.id,
        content_type: root.contentType,
      };
    }),
  };
}
