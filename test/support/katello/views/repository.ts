/** Repositories as the index and as show print them. */
import { type App, registryHost } from '../app.ts';
import { printTime } from '../http/time.ts';
import { canOnProduct } from '../rules/permissions.ts';
import { settingValue } from '../rules/settings.ts';
import { versionName, versionNumber } from '../rules/version-name.ts';
import { contextOf, getById, manifestsOf, type RepositoryContext, unitIds } from '../state/find.ts';
import type { Repository, User } from '../state/rows.ts';

/** A row of the index. */
export function viewRepositoryRow(app: App, repository: Repository): Record<string, unknown> {
  const { traits } = app;
  const context = contextOf(app.world, repository);
  const { root, product, organization, environment, version, contentView } = context;
  return {
    backend_identifier: repository.backendIdentifier,
    relative_path: repository.relativePath,
    container_repository_name: repository.containerRepositoryName,
    full_path: fullPath(app, repository),
    library_instance_id: repository.libraryInstanceId,
    ...(traits.tellsSyncDependencies ? { full_gpg_key_path: null } : {}),
    version_href: repository.versionHref,
    remote_href: null,
    publication_href: null,
    content_counts: contentCounts(app, repository),
    mirroring_policy: root.mirroringPolicy,
    id: repository.id,
    name: root.name,
    label: root.label,
    description: root.description,
    ...(traits.organizationInIndex
      ? { organization_id: organization.id, organization: organizationReference(organization) }
      : {}),
    content_view_versions: publishedVersions(app, context),
    filters: [],
    last_sync: null,
    content_view: { id: contentView.id, name: contentView.name },
    content_view_version: {
      id: version.id,
      name: versionName(contentView, version),
      content_view_id: contentView.id,
    },
    ...(environment === null ? {} : { kt_environment: { id: environment.id, name: environment.name } }),
    content_type: root.contentType,
    url: root.url,
    ...(traits.organizationInIndex ? { docker_upstream_name: root.dockerUpstreamName } : {}),
    arch: 'noarch',
    os_versions: null,
    content_id: root.contentId,
    generic_remote_options: null,
    major: null,
    minor: null,
    product: {
      id: product.id,
      cp_id: product.cpId,
      name: product.name,
      orphaned: false,
      redhat: false,
      sync_plan: null,
    },
    content_label: root.contentId === null ? null : `${organization.label}_${product.label}_${root.label}`,
    last_sync_words: null,
    ...(traits.tellsFlatpakDependencies ? { flatpak_dependencies: false } : {}),
  };
}

/** Show, for the eyes of that user. */
export function viewRepository(app: App, repository: Repository, user: User): Record<string, unknown> {
  const { traits, world } = app;
  const context = contextOf(world, repository);
  const { root, organization, environment } = context;
  return {
    ...viewRepositoryRow(app, repository),
    promoted: isPromoted(app, context),
    content_view_version_id: repository.contentViewVersionId,
    last_contents_changed: printTime(repository.lastContentsChanged),
    organization_id: organization.id,
    organization: organizationReference(organization),
    created_at: printTime(repository.createdAt),
    updated_at: printTime(repository.updatedAt),
    ...(environment === null
      ? {}
      : { environment: { id: environment.id, registry_unauthenticated_pull: environment.allowsAnonymousPull } }),
    docker_upstream_name: root.dockerUpstreamName,
    include_tags: root.includeTags,
    exclude_tags: root.excludeTags,
    verify_ssl_on_sync: true,
    unprotected: root.isUnprotected,
    checksum_type: null,
    download_policy: root.downloadPolicy,
    ansible_collection_requirements: null,
    ansible_collection_auth_url: null,
    ansible_collection_auth_token: null,
    gpg_key_id: null,
    ssl_ca_cert_id: null,
    ssl_client_cert_id: null,
    ssl_client_key_id: null,
    ...(traits.tellsSyncDependencies ? { sync_dependencies: true } : {}),
    upstream_username: null,
    deb_releases: null,
    deb_components: null,
    deb_architectures: null,
    http_proxy_policy: 'global_default_http_proxy',
    http_proxy_id: null,
    http_proxy_name: null,
    retain_package_versions_count: null,
    metadata_expire: null,
    ...(traits.tellsContainerPush ? { allow_updates: true, is_container_push: root.isContainerPush } : {}),
    ignorable_content: null,
    http_proxy: { id: null, name: null, policy: 'global_default_http_proxy' },
    ssl_ca_cert: { id: null, name: null },
    ssl_client_cert: { id: null, name: null },
    ssl_client_key: { id: null, name: null },
    gpg_key: { id: null, name: null },
    permissions: {
      deletable: canOnProduct(user, 'edit_products', context.product) && !isPromoted(app, context),
      deletable_across_cv: settingValue(world, 'delete_repo_across_cv'),
    },
    upstream_password_exists: false,
    upstream_auth_exists: false,
  };
}

/** Show as it answers a create: with one more key. */
export function viewCreatedRepository(app: App, repository: Repository, user: User): Record<string, unknown> {
  return { ...viewRepository(app, repository, user), content_view_environments: [] };
}

/** Host and registry name, without a scheme. */
export function fullPath(app: App, repository: Repository): string {
  return `${registryHost(app)}/${repository.containerRepositoryName ?? repository.relativePath}`;
}

/** Units by association: tags count as soon as they are linked, whether they can be listed or not. */
function contentCounts({ world }: App, repository: Repository): Record<string, number> {
  return {
    docker_manifest: manifestsOf(world, repository.id, 'image').length,
    docker_manifest_list: manifestsOf(world, repository.id, 'list').length,
    docker_tag: unitIds(world.tagLinks, repository.id).size,
  };
}

function organizationReference({ name, label, id }: RepositoryContext['organization']): Record<string, unknown> {
  return { name, label, id };
}

function publishedVersions({ world }: App, { repository }: RepositoryContext): unknown[] {
  const ids = world.repositories
    .filter((row) => row.libraryInstanceId === repository.id && row.environmentId === null)
    .map((row) => row.contentViewVersionId);
  return world.contentViewVersions
    .filter((version) => ids.includes(version.id))
    .map((version) => ({
      id: version.id,
      version: versionNumber(version),
      content_view_id: version.contentViewId,
      content_view_name: getById(world.contentViews, version.contentViewId).name,
    }));
}

function isPromoted({ world }: App, { repository }: RepositoryContext): boolean {
  return world.repositories.some((row) => row.libraryInstanceId === repository.id);
}
