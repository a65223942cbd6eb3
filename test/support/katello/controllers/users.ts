/** What everybody may ask about themselves. */
import type { App } from '../app.ts';
import { foremanPage } from '../http/envelope.ts';
import { type Answer, type Call, ok } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { printTime } from '../http/time.ts';
import { DEFAULT_PERMISSIONS, PERMISSION_TYPES } from '../rules/permissions.ts';
import type { Organization, User } from '../state/rows.ts';

export function userRoutes(app: App): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/api/current_user',
      scope: 'foreman',
      permissions: [],
      handle: (call) => ok(viewUser(app, call.user)),
    },
    {
      method: 'GET',
      pattern: '/api/permissions/current_permissions',
      scope: 'foreman',
      permissions: [],
      handle: currentPermissions,
    },
  ];
}

const LONG_RUNNING_TASKS = {
  id: 15,
  name: 'long_running_tasks',
  description: 'A notification when tasks run for suspiciously long time',
  subscription_type: 'alert',
};
const LOCATION = { id: 2, name: 'Default', title: 'Default', description: null };

function viewUser({ world }: App, user: User): Record<string, unknown> {
  const organizations = user.organizationIds
    .map((id) => world.organizations.find((row) => row.id === id))
    .filter((row) => row !== undefined)
    .map(reference);
  return {
    firstname: user.firstname,
    lastname: user.lastname,
    mail: user.mail,
    mail_enabled: false,
    admin: user.isAdmin,
    auth_source_id: 1,
    disabled: user.isDisabled,
    auth_source_name: 'Internal',
    timezone: null,
    locale: null,
    last_login_on: printTime(user.lastLoginAt),
    created_at: printTime(user.createdAt),
    updated_at: printTime(user.createdAt),
    id: user.id,
    login: user.login,
    description: null,
    ssh_keys: [],
    default_location: user.isAdmin ? LOCATION : null,
    locations: [LOCATION],
    default_organization: user.isAdmin ? (organizations[0] ?? null) : null,
    organizations,
    effective_admin: user.isAdmin,
    cached_usergroups: [],
    auth_source_internal: { id: 1, type: 'AuthSourceInternal', name: 'Internal' },
    mail_notifications: user.isAdmin ? [LONG_RUNNING_TASKS] : [],
    roles: user.roles.map((role, at) => ({ name: role.name, id: user.id * 100 + at, description: null, origin: null })),
    usergroups: [],
  };
}

function reference({ id, name }: Organization): Record<string, unknown> {
  return { id, name, title: name, description: null };
}

/** Names only: a role's filters are invisible here. Administrators hold everything there is. */
function currentPermissions(call: Call): Answer {
  const { user } = call;
  const held = user.isAdmin
    ? Object.keys(PERMISSION_TYPES)
    : [...DEFAULT_PERMISSIONS, ...user.roles.flatMap((role) => role.permissions)];
  const known = Object.keys(PERMISSION_TYPES);
  const rows = held.map((name) => ({
    name,
    id: known.indexOf(name) + 1,
    resource_type: PERMISSION_TYPES[name] ?? null,
  }));
  const isAll = { envelope: { total: rows.length, subtotal: rows.length } };
  const page = foremanPage({ call, rows, search: {}, sorting: { by: null, order: null, fields: {}, id: () => 0 } });
  return ok({ ...page.envelope, ...isAll.envelope, results: rows });
}
