/** Katello's `environments`. */
import { startPublishEnvironment } from '../actions/publish-environment.ts';
import type { App } from '../app.ts';
import { katelloPage } from '../http/envelope.ts';
import { katelloFailure, validationFailure } from '../http/failure.ts';
import { type Answer, type Call, flagParam, ok, textParam, toId } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { isValidContainerName, PatternError } from '../rules/container-name.ts';
import { canInOrganization } from '../rules/permissions.ts';
import { containerNameOf } from '../rules/repository-name.ts';
import { contextOf } from '../state/find.ts';
import type { Environment } from '../state/rows.ts';
import { viewEnvironment } from '../views/environment.ts';
import { checkOrganization, notFound, requireOrganization } from './find.ts';
import { accepted, planned } from './tasks-support.ts';

const VIEW = 'view_lifecycle_environments';
const EDIT = 'edit_lifecycle_environments';

export function environmentRoutes(app: App): Route[] {
  const scope = 'katello';
  return [
    {
      method: 'GET',
      pattern: '/katello/api/environments',
      scope,
      permissions: [VIEW],
      handle: (call) => index(app, call),
    },
    {
      method: 'GET',
      pattern: '/katello/api/environments/:id',
      scope,
      permissions: [VIEW],
      handle: (call) => show(app, call),
    },
    {
      method: 'PUT',
      pattern: '/katello/api/environments/:id',
      scope,
      permissions: [EDIT],
      handle: (call) => update(app, call),
    },
  ];
}

function index(app: App, call: Call): Answer {
  const organization = requireOrganization(call);
  const isLibrary = flagParam(call, 'library');
  const name = textParam(call, 'name');
  const page = katelloPage(
    {
      call,
      rows: app.world.environments.filter(
        (row) =>
          row.organizationId === organization.id &&
          (isLibrary === null || row.isLibrary === isLibrary) &&
          (name === null || row.name === name),
      ),
      search: { name: { values: (row) => [row.name] }, label: { values: (row) => [row.label] } },
      sorting: { by: 'name', order: 'asc', fields: { name: (row) => row.name }, id: (row) => row.id },
    },
    app.traits,
  );
  return ok({ ...page.envelope, results: page.rows.map((row) => viewEnvironment(app, row, call.user)) });
}

function show(app: App, call: Call): Answer {
  const environment = findEnvironment(app, call, VIEW);
  checkOrganization(call, environment.organizationId);
  return ok(viewEnvironment(app, environment, call.user));
}

function findEnvironment({ world }: App, call: Call, permission: string): Environment {
  const id = textParam(call, 'id') ?? '';
  const environment = world.environments.find((row) => row.id === toId(id));
  if (environment === undefined || !canInOrganization(call.user, permission, environment.organizationId)) {
    throw notFound('environment', id, [permission]);
  }
  return environment;
}

/** The answer comes at once; only with the key `async` it is the task. */
async function update(app: App, call: Call): Promise<Answer> {
  const environment = findEnvironment(app, call, EDIT);
  const pattern = textParam(call, 'registry_name_pattern');
  const isAnonymous = flagParam(call, 'registry_unauthenticated_pull');
  const changesPattern = Object.hasOwn(call.body, 'registry_name_pattern');
  if (!changesPattern && isAnonymous === null && environment.isLibrary) {
    throw katelloFailure(400, "Can't update the 'Library' environment");
  }
  if (changesPattern) checkPattern(app, environment, pattern);

  if (changesPattern) environment.registryNamePattern = pattern;
  if (isAnonymous !== null) environment.allowsAnonymousPull = isAnonymous;
  environment.updatedAt = app.now().toISOString();
  app.store.changed();
  if (pattern === null && isAnonymous !== true) return ok(viewEnvironment(app, environment, call.user));

  const task = await planned(app, () => startPublishEnvironment(app, environment, call.user, call.requestId));
  if (flagParam(call, 'async') === true) return accepted(app, task);
  return ok(viewEnvironment(app, environment, call.user));
}

/** @throws Failure 422 for names that are invalid or not unique, 500 for a method that patterns may not call */
function checkPattern(app: App, environment: Environment, pattern: string | null): void {
  const { world, traits } = app;
  const rows = world.repositories.filter((row) => row.environmentId === environment.id);
  const names = new Map<string, string[]>();
  try {
    for (const row of rows.filter((candidate) => contextOf(world, candidate).root.contentType === 'docker')) {
      const name = containerNameOf(world, row, pattern, traits);
      names.set(name, [...(names.get(name) ?? []), contextOf(world, row).root.name]);
    }
  } catch (error) {
    if (error instanceof PatternError) throw katelloFailure(500, error.message);
    throw error;
  }
  const refuse = (text: string): never => {
    throw validationFailure({ registry_name_pattern: [text] });
  };
  if ([...names.keys()].some((name) => !isValidContainerName(name, traits))) {
    refuse('Registry name pattern will result in invalid container image name of member repositories');
  }
  const twins = [...names.values()].filter((owners) => owners.length > 1).flat();
  if (twins.length > 0) {
    refuse(
      `Registry name pattern results in duplicate container image names for these repositories: ${twins.toSorted().join(', ')}.`,
    );
  }
}
