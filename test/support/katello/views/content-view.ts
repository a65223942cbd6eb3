/** Content views as create and show print them. */
import type { App } from '../app.ts';
import { printTime } from '../http/time.ts';
import { versionNumber } from '../rules/version-name.ts';
import { contextOf, getById, versionsOf } from '../state/find.ts';
import type { ContentView } from '../state/rows.ts';

export function viewContentView({ world, traits }: App, view: ContentView): Record<string, unknown> {
  const { id, name, label } = getById(world.organizations, view.organizationId);
  const versions = versionsOf(world, view.id);
  const latest = versions.at(-1);
  const members = view.repositoryIds.map((repositoryId) => contextOf(world, getById(world.repositories, repositoryId)));
  return {
    content_host_count: 0,
    composite: false,
    ...(traits.tellsRollingViews ? { rolling: false } : {}),
    component_ids: [],
    duplicate_repositories_to_publish: [],
    default: view.isDefault,
    version_count: versions.length,
    latest_version: latest === undefined ? null : versionNumber(latest),
    latest_version_id: latest?.id ?? null,
    auto_publish: false,
    solve_dependencies: false,
    import_only: false,
    generated_for: 'none',
    related_cv_count: 0,
    related_composite_cvs: [],
    filtered: false,
    needs_publish: latest === undefined,
    ...(traits.tellsRollingViews ? { environment_ids: latest?.environmentIds ?? [] } : {}),
    repository_ids: view.repositoryIds,
    id: view.id,
    name: view.name,
    label: view.label,
    description: view.description,
    organization_id: id,
    organization: { name, label, id },
    created_at: printTime(view.createdAt),
    updated_at: printTime(view.updatedAt),
    last_task: null,
    latest_version_environments: [],
    repositories: members.map(({ repository, root }) => ({
      id: repository.id,
      name: root.name,
      label: root.label,
      content_type: root.contentType,
    })),
    versions: versions.map((version) => ({ id: version.id, version: versionNumber(version) })),
    components: [],
    content_view_components: [],
    activation_keys: [],
    hosts: [],
    ...(traits.tellsHostgroupsOfViews ? { hostgroups: [] } : {}),
    next_version: `${(latest?.major ?? 0) + 1}.0`,
    last_published: printTime(latest?.createdAt ?? null),
    environments: [],
    errors: null,
  };
}
