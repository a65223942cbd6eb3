/** Smart proxies: Foreman's list, Katello's capsules and their content. */
import { startCapsuleSync } from '../actions/capsule-sync.ts';
import type { App } from '../app.ts';
import { foremanPage } from '../http/envelope.ts';
import { foremanFailure, katelloFailure } from '../http/failure.ts';
import { type Answer, type Call, flagParam, idParam, ok, textParam, toId } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { seesRepository } from '../rules/permissions.ts';
import { getById } from '../state/find.ts';
import type { Proxy } from '../state/rows.ts';
import { viewEnvironment } from '../views/environment.ts';
import { viewProxy, viewProxyInFull, viewSyncStatus } from '../views/proxy.ts';
import { accepted, planned } from './tasks-support.ts';

const CONTENT = '/katello/api/capsules/:id/content';

export function capsuleRoutes(app: App): Route[] {
  const list = (pattern: string): Route => ({
    method: 'GET',
    pattern,
    scope: 'foreman',
    permissions: ['view_smart_proxies'],
    handle: (call) => index(app, call),
  });
  const content = (
    method: Route['method'],
    action: string,
    permission: string,
    handle: (call: Call) => Answer | Promise<Answer>,
  ): Route => ({ method, pattern: `${CONTENT}/${action}`, scope: 'katello', permissions: [permission], handle });
  return [
    list('/katello/api/capsules'),
    list('/api/smart_proxies'),
    {
      method: 'GET',
      pattern: '/katello/api/capsules/:id',
      scope: 'foreman',
      permissions: ['view_smart_proxies'],
      handle: (call) => show(app, call),
    },
    content('GET', 'lifecycle_environments', 'view_capsule_content', (call) => listEnvironments(app, call)),
    content('POST', 'lifecycle_environments', 'manage_capsule_content', (call) => attachEnvironment(app, call)),
    content('GET', 'sync', 'view_capsule_content', (call) => ok(viewSyncStatus(app, findMirror(app, call)))),
    content('POST', 'sync', 'manage_capsule_content', (call) => sync(app, call)),
    content('DELETE', 'sync', 'manage_capsule_content', (call) => {
      findMirror(app, call);
      return ok({ message: "There's no running synchronization for this smart proxy." });
    }),
    content('GET', 'counts', 'view_capsule_content', (call) => {
      findMirror(app, call);
      return ok({});
    }),
  ];
}

function index(app: App, call: Call): Answer {
  const page = foremanPage({
    call,
    rows: app.world.proxies,
    search: {
      name: { values: (row) => [row.name] },
      url: { values: (row) => [row.url] },
      id: { values: (row) => [row.id], isExplicitOnly: true },
    },
    sorting: { by: null, order: null, fields: { name: (row) => row.name, id: (row) => row.id }, id: (row) => -row.id },
  });
  return ok({ ...page.envelope, results: page.rows.map((row) => viewProxy(app, row)) });
}

function show(app: App, call: Call): Answer {
  const id = textParam(call, 'id') ?? '';
  const proxy = app.world.proxies.find((row) => row.id === toId(id));
  if (proxy === undefined) throw foremanFailure(404, `Resource smart_proxy not found by id '${id}'`);
  return ok(viewProxyInFull(app, proxy));
}

/** @throws Failure 404; 500 for the primary, which mirrors nobody */
function findMirror({ world }: App, call: Call): Proxy {
  const id = textParam(call, 'id') ?? '';
  const proxy = world.proxies.find((row) => row.id === toId(id));
  if (proxy === undefined) throw katelloFailure(404, `Couldn't find SmartProxy with 'id'=${id}`);
  if (!proxy.isPrimary) return proxy;
  throw katelloFailure(
    500,
    'This request may only be performed on a Smart proxy that has the Pulpcore feature with mirror=true.',
  );
}

function listEnvironments(app: App, call: Call): Answer {
  const { environmentIds } = findMirror(app, call);
  const rows = environmentIds.map((id) => viewEnvironment(app, getById(app.world.environments, id), call.user));
  return ok({
    total: rows.length,
    subtotal: rows.length,
    selectable: rows.length,
    page: null,
    per_page: null,
    error: null,
    search: null,
    sort: { by: null, order: null },
    results: rows,
  });
}

function attachEnvironment(app: App, call: Call): Answer {
  const proxy = findMirror(app, call);
  const id = idParam(call, 'environment_id') ?? 0;
  if (!app.world.environments.some((row) => row.id === id)) {
    throw katelloFailure(404, `Couldn't find environment '${id}'`);
  }
  if (!proxy.environmentIds.includes(id)) proxy.environmentIds.push(id);
  app.store.changed();
  return listEnvironments(app, call);
}

async function sync(app: App, call: Call): Promise<Answer> {
  const proxy = findMirror(app, call);
  const repositoryId = idParam(call, 'repository_id');
  const repository = app.world.repositories.find((row) => row.id === repositoryId);
  if (repositoryId !== null && (repository === undefined || !seesRepository(app.world, call.user, repository))) {
    throw katelloFailure(404, `Couldn't find Katello::Repository with 'id'=${repositoryId}`);
  }
  const environmentId = idParam(call, 'environment_id');
  const options = {
    environment_id: environmentId,
    content_view_id: idParam(call, 'content_view_id'),
    repository_id: repositoryId,
    skip_metadata_check: flagParam(call, 'skip_metadata_check') ?? false,
  };
  const task = await planned(app, () => startCapsuleSync(app, proxy, options, call.user, call.requestId));
  return accepted(app, task);
}
