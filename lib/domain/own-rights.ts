/**
 * What the reactor's own account needs in Katello (4.14 to 5.0).
 */
export const OWN_RIGHTS = [
  'view_organizations',
  'view_products',
  'create_products',
  'edit_products',
  'destroy_products',
  'sync_products',
  'view_lifecycle_environments',
  'view_foreman_tasks',
  'view_smart_proxies',
  'view_capsule_content',
  'manage_capsule_content',
  'view_settings',
  'view_plugins',
] as const;
