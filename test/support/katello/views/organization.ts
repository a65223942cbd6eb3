/** Organizations: Katello's rows, Foreman's rows, and show. */
import type { App } from '../app.ts';
import { printTime } from '../http/time.ts';
import { defaultViewOf, libraryOf } from '../state/find.ts';
import type { Organization } from '../state/rows.ts';

export function viewKatelloOrganization(organization: Organization): Record<string, unknown> {
  const { id, name, description, label } = organization;
  return { label, ...timesOf(organization), id, name, title: name, description };
}

export function viewForemanOrganization(organization: Organization): Record<string, unknown> {
  const { id, name, description } = organization;
  return {
    ancestry: null,
    parent_id: null,
    parent_name: null,
    ...timesOf(organization),
    id,
    name,
    title: name,
    description,
  };
}

/** Show; provisioning templates, media and the like, which no push ever looks at, are empty lists here. */
export function viewOrganization(app: App, organization: Organization): Record<string, unknown> {
  const { world, traits } = app;
  const members = world.users.filter((member) => member.isAdmin || member.organizationIds.includes(organization.id));
  return {
    label: organization.label,
    redhat_repository_url: 'https://cdn.redhat.com',
    manifest_expiration_date: null,
    manifest_expire_days_remaining: 0,
    ...(traits.tellsSimpleContentAccess ? { simple_content_access: true } : {}),
    system_purposes: {},
    service_levels: [],
    service_level: null,
    select_all_types: [],
    description: organization.description,
    ...timesOf(organization),
    ancestry: null,
    parent_id: null,
    parent_name: null,
    id: organization.id,
    name: organization.name,
    title: organization.name,
    users: members.map(({ id, login }) => ({ id, login, description: null, inherited: false })),
    smart_proxies: world.proxies.map(({ id, name, url }) => ({ name, id, url, inherited: false })),
    ...EMPTY_LISTS,
    default_content_view_id: defaultViewOf(world, organization.id).id,
    library_id: libraryOf(world, organization.id).id,
    hosts_count: 0,
    deprecations: { environments: 'Environments got deprecated from this endpoint.' },
    manifest_expiring_soon: false,
    manifest_expired: false,
    owner_details: {
      id: String(organization.id),
      key: organization.label,
      created: organization.createdAt,
      updated: organization.updatedAt,
      virt_who: false,
      upstreamConsumer: null,
    },
    cdn_configuration: CDN,
    composite_content_views_count: null,
    ...(traits.tellsRollingViews ? { rolling_content_views_count: null } : {}),
    content_view_components_count: null,
  };
}

const CDN = {
  url: 'https://cdn.redhat.com',
  username: null,
  upstream_organization_label: null,
  ssl_ca_credential_id: null,
  upstream_content_view_label: null,
  upstream_lifecycle_environment_label: null,
  type: 'redhat_cdn',
  password_exists: false,
};

const EMPTY_LISTS = {
  subnets: [],
  compute_resources: [],
  media: [],
  ptables: [],
  provisioning_templates: [],
  domains: [],
  realms: [],
  hostgroups: [],
  locations: [{ id: 2, name: 'Default', title: 'Default', description: null }],
  parameters: [],
};

function timesOf({ createdAt, updatedAt }: Organization): Record<string, unknown> {
  return { created_at: printTime(createdAt), updated_at: printTime(updatedAt) };
}
