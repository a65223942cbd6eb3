/** Products as the index and as show print them. */
import type { App } from '../app.ts';
import { printTime } from '../http/time.ts';
import { canOnProduct } from '../rules/permissions.ts';
import { getById, libraryRepositoriesOf } from '../state/find.ts';
import type { Product, Repository, User } from '../state/rows.ts';

export function viewProductRow({ world }: App, product: Product): Record<string, unknown> {
  const { id, name, label, providerId } = getById(world.organizations, product.organizationId);
  return {
    id: product.id,
    cp_id: product.cpId,
    name: product.name,
    label: product.label,
    description: product.description,
    provider_id: providerId,
    sync_plan_id: null,
    sync_summary: {},
    gpg_key_id: null,
    ssl_ca_cert_id: null,
    ssl_client_cert_id: null,
    ssl_client_key_id: null,
    sync_state: null,
    last_sync: null,
    last_sync_words: null,
    organization_id: id,
    organization: { name, label, id },
    sync_plan: null,
    repository_count: libraryRepositoriesOf(world, product.id).length,
  };
}

/** Show; its `permissions` are those of the user who asks. */
export function viewProduct(app: App, product: Product, user: User): Record<string, unknown> {
  const { world } = app;
  const can = (permission: string): boolean => canOnProduct(user, permission, product);
  const repositories = libraryRepositoriesOf(world, product.id);
  const libraryIds = new Set(repositories.map((repository) => repository.id));
  const published = world.contentViews.filter((view) => !view.isDefault && isPublishedWith(app, view.id, libraryIds));
  return {
    sync_state_aggregated: null,
    redhat: false,
    ...viewProductRow(app, product),
    created_at: printTime(product.createdAt),
    updated_at: printTime(product.updatedAt),
    product_content: repositories
      .toSorted((a, b) => contentIdOf(app, a) - contentIdOf(app, b))
      .flatMap((repository) => contentOf(app, product, repository)),
    available_content: [],
    repositories: repositories
      .toSorted((a, b) => a.id - b.id)
      .map((repository) => ({ id: repository.id, name: getById(world.roots, repository.rootId).name })),
    provider: { name: 'Anonymous' },
    sync_status: SYNC_STATUS,
    permissions: {
      view_products: can('view_products'),
      edit_products: can('edit_products'),
      destroy_products: can('destroy_products') && published.length === 0,
      sync_products: can('sync_products'),
    },
    published_content_view_ids: published.map((view) => view.id),
    has_last_affected_repo_in_filter: false,
    active_task_count: 0,
  };
}

function contentIdOf({ world }: App, { rootId }: Repository): number {
  return Number(getById(world.roots, rootId).contentId ?? 0);
}

/** What Candlepin knows of a repository; nothing before it was told. */
function contentOf({ world }: App, product: Product, { rootId }: Repository): unknown[] {
  const root = getById(world.roots, rootId);
  const organization = getById(world.organizations, product.organizationId);
  const url = `/custom/${product.label}/${root.label}`;
  if (root.contentId === null) return [];
  return [
    {
      enabled: false,
      product_id: product.id,
      content: {
        name: root.name,
        label: `${organization.label}_${product.label}_${root.label}`,
        vendor: 'Custom',
        content_url: url,
        gpg_url: null,
        id: root.contentId,
        type: root.contentType,
        gpgUrl: null,
        contentUrl: url,
      },
    },
  ];
}

const SYNC_STATUS = {
  id: null,
  product_id: null,
  progress: null,
  sync_id: null,
  state: null,
  raw_state: null,
  start_time: null,
  finish_time: null,
  duration: null,
  display_size: null,
  size: null,
  is_running: null,
  error_details: null,
};

function isPublishedWith({ world }: App, viewId: number, libraryIds: ReadonlySet<number>): boolean {
  const versions = world.contentViewVersions.filter((version) => version.contentViewId === viewId);
  return world.repositories.some(
    (row) =>
      row.libraryInstanceId !== null &&
      libraryIds.has(row.libraryInstanceId) &&
      versions.some((version) => version.id === row.contentViewVersionId),
  );
}
