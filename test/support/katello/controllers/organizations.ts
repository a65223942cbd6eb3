/** Organizations, as Katello and as Foreman list them. */
import { startDestroyOrganization } from '../actions/destroy-organization.ts';
import type { App } from '../app.ts';
import { foremanPage } from '../http/envelope.ts';
import { foremanFailure, foremanValidationFailure } from '../http/failure.ts';
import { type Answer, type Call, ok, textParam, toId } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { labelize, labelProblems } from '../rules/labels.ts';
import { canInOrganization, isMember } from '../rules/permissions.ts';
import { addOrganization } from '../state/organizations.ts';
import type { Organization } from '../state/rows.ts';
import { viewForemanOrganization, viewKatelloOrganization, viewOrganization } from '../views/organization.ts';
import { accepted, planned } from './tasks-support.ts';

export function organizationRoutes(app: App): Route[] {
  const scope = 'foreman';
  const permissions = ['view_organizations'];
  return [
    {
      method: 'GET',
      pattern: '/katello/api/organizations',
      scope,
      permissions,
      handle: (call) => index(app, call, viewKatelloOrganization),
    },
    {
      method: 'GET',
      pattern: '/api/organizations',
      scope,
      permissions,
      handle: (call) => index(app, call, viewForemanOrganization),
    },
    { method: 'GET', pattern: '/katello/api/organizations/:id', scope, permissions, handle: (call) => show(app, call) },
    {
      method: 'POST',
      pattern: '/katello/api/organizations',
      scope,
      permissions: ['create_organizations'],
      handle: (call) => create(app, call),
    },
    {
      method: 'DELETE',
      pattern: '/katello/api/organizations/:id',
      scope,
      permissions: ['destroy_organizations'],
      handle: (call) => destroy(app, call),
    },
  ];
}

function visible({ world }: App, call: Call): Organization[] {
  return world.organizations.filter(
    (row) => isMember(call.user, row.id) && canInOrganization(call.user, 'view_organizations', row.id),
  );
}

function index(app: App, call: Call, view: (row: Organization) => Record<string, unknown>): Answer {
  const page = foremanPage({
    call,
    rows: visible(app, call).toSorted((a, b) => a.name.localeCompare(b.name)),
    search: {
      name: { values: (row) => [row.name] },
      title: { values: (row) => [row.name] },
      label: { values: (row) => [row.label] },
      description: { values: (row) => [row.description] },
      organization_id: { values: (row) => [row.id], isExplicitOnly: true },
      id: { values: (row) => [row.id], isExplicitOnly: true },
    },
    sorting: { by: null, order: null, fields: { name: (row) => row.name, id: (row) => row.id }, id: () => 0 },
  });
  return ok({ ...page.envelope, results: page.rows.map(view) });
}

async function destroy(app: App, call: Call): Promise<Answer> {
  const organization = findOrganization(app, call);
  const task = await planned(app, () => startDestroyOrganization(app, organization, call.user, call.requestId));
  return accepted(app, task);
}

function findOrganization(app: App, call: Call): Organization {
  const id = textParam(call, 'id') ?? '';
  const organization = visible(app, call).find((row) => row.id === toId(id) || row.name === id);
  if (organization === undefined) throw foremanFailure(404, `Resource organization not found by id '${id}'`);
  return organization;
}

/** Show asks Candlepin while it renders. */
function show(app: App, call: Call): Answer {
  const organization = findOrganization(app, call);
  try {
    app.faults.checkCandlepinAnswers();
  } catch {
    throw foremanFailure(500, 'A backend service [ Candlepin ] is unreachable');
  }
  return ok(viewOrganization(app, organization));
}

/** Names are unique without regard to case, labels with it. */
function create(app: App, call: Call): Answer {
  const { organizations } = app.world;
  const name = textParam(call, 'name') ?? '';
  const given = textParam(call, 'label');
  const derived = labelize(name);
  const isTaken = organizations.some((row) => row.label === derived);
  const label = given ?? (isTaken ? labelize(`${derived}é`) : derived);
  const problems: Record<string, string[]> = {};
  if (name === '') problems['name'] = ["can't be blank"];
  if (organizations.some((row) => row.name.toLowerCase() === name.toLowerCase())) {
    problems['name'] = ['has already been taken'];
  }
  if (given !== null && labelProblems(given).length > 0) problems['label'] = ['is invalid', ...labelProblems(given)];
  if (organizations.some((row) => row.label === label)) problems['label'] = ['has already been taken'];
  if (Object.keys(problems).length > 0) throw foremanValidationFailure(problems);

  const organization = addOrganization(
    app.store,
    { name, label, description: textParam(call, 'description') },
    app.now().toISOString(),
  );
  return { status: 201, body: viewOrganization(app, organization) };
}
