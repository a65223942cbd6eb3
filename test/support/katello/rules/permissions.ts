/** Who may do what: Foreman's roles and filters, and Katello's visibility of products and repositories. */
import { getById } from '../state/find.ts';
import type { Product, Repository, Role, User, World } from '../state/rows.ts';

/** Names of permissions and the resource type each belongs to, as `current_permissions` lists them. */
export const PERMISSION_TYPES: Readonly<Record<string, string | null>> = {
  view_foreman_tasks: 'ForemanTasks::Task',
  edit_foreman_tasks: 'ForemanTasks::Task',
  view_job_invocations: 'JobInvocation',
  view_smart_proxies: 'SmartProxy',
  manage_capsule_content: 'SmartProxy',
  view_capsule_content: 'SmartProxy',
  view_content_views: 'Katello::ContentView',
  create_content_views: 'Katello::ContentView',
  publish_content_views: 'Katello::ContentView',
  view_lifecycle_environments: 'Katello::KTEnvironment',
  edit_lifecycle_environments: 'Katello::KTEnvironment',
  create_lifecycle_environments: 'Katello::KTEnvironment',
  destroy_lifecycle_environments: 'Katello::KTEnvironment',
  promote_or_remove_content_views_to_environments: 'Katello::KTEnvironment',
  view_products: 'Katello::Product',
  create_products: 'Katello::Product',
  edit_products: 'Katello::Product',
  destroy_products: 'Katello::Product',
  sync_products: 'Katello::Product',
  view_organizations: 'Organization',
  create_organizations: 'Organization',
  destroy_organizations: 'Organization',
  view_plugins: null,
  view_settings: 'Setting',
  edit_settings: 'Setting',
};

/** The role that every user has: own tasks only, see `seesTask`. */
export const DEFAULT_PERMISSIONS: readonly string[] = ['view_foreman_tasks', 'view_job_invocations'];

/** Does any role of the user name the permission, whatever its filter? */
export function holds(user: User, permission: string): boolean {
  return user.isAdmin || user.roles.some((role) => role.permissions.includes(permission));
}

/** `User.can?(permission, product)`: some role with the permission whose filter lets the product through. */
export function canOnProduct(user: User, permission: string, product: Product): boolean {
  return user.isAdmin || user.roles.some((role) => role.permissions.includes(permission) && lets(role, product));
}

/** May the user use the permission in that organization, filters of products left aside? */
export function canInOrganization(user: User, permission: string, organizationId: number): boolean {
  return (
    user.isAdmin ||
    user.roles.some((role) => role.permissions.includes(permission) && letsOrganization(role, organizationId))
  );
}

/** The organizations the user is assigned to; an administrator sees all. */
export function isMember(user: User, organizationId: number): boolean {
  return user.isAdmin || user.organizationIds.includes(organizationId);
}

/** Is the repository visible: through its product, its environment's or its view's permissions? */
export function seesRepository(world: World, user: User, repository: Repository): boolean {
  const product = getById(world.products, getById(world.roots, repository.rootId).productId);
  if (canOnProduct(user, 'view_products', product)) return true;
  return canInOrganization(user, 'view_content_views', product.organizationId);
}

function lets(role: Role, product: Product): boolean {
  return (role.productIds?.includes(product.id) ?? true) && letsOrganization(role, product.organizationId);
}

function letsOrganization(role: Role, organizationId: number): boolean {
  return role.organizationIds?.includes(organizationId) ?? true;
}
