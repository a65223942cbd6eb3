/** The tasks API: show, search, details, resume. Everybody sees their own tasks, few see all. */
import type { App } from '../app.ts';
import { foremanPage } from '../http/envelope.ts';
import { foremanFailure } from '../http/failure.ts';
import { type Answer, type Call, ok, textParam } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { holds } from '../rules/permissions.ts';
import type { SearchFields } from '../rules/search.ts';
import { getById } from '../state/find.ts';
import type { Task, User } from '../state/rows.ts';
import { viewTask, viewTaskDetails, viewTaskRecord } from '../views/task.ts';

const TASKS = '/foreman_tasks/api/tasks';

export function taskRoutes(app: App): Route[] {
  const scope = 'tasks';
  return [
    { method: 'GET', pattern: TASKS, scope, permissions: [], handle: (call) => index(app, call) },
    {
      method: 'POST',
      pattern: `${TASKS}/bulk_resume`,
      scope,
      permissions: ['edit_foreman_tasks'],
      handle: (call) => bulkResume(app, call),
    },
    {
      method: 'GET',
      pattern: `${TASKS}/:id`,
      scope,
      permissions: [],
      handle: (call) => ok(viewTask(app, findTask(app, call))),
    },
    {
      method: 'GET',
      pattern: `${TASKS}/:id/details`,
      scope,
      permissions: [],
      handle: (call) => ok(viewTaskDetails(app, findTask(app, call))),
    },
  ];
}

function index(app: App, call: Call): Answer {
  const page = foremanPage({
    call,
    rows: app.world.tasks.filter((task) => seesTask(call.user, task)),
    search: searchFields(app),
    sorting: {
      by: 'started_at',
      order: 'DESC',
      fields: {
        started_at: (row) => row.startedAt,
        ended_at: (row) => row.endedAt,
        label: (row) => row.label,
        state: (row) => row.state,
        result: (row) => row.result,
        id: (row) => row.id,
      },
      id: (row) => app.world.tasks.indexOf(row),
    },
  });
  return ok({ ...page.envelope, results: page.rows.map((row) => viewTask(app, row)) });
}

/** Own tasks, or all with the permission. */
function seesTask(user: User, task: Task): boolean {
  return task.userId === user.id || holds(user, 'view_foreman_tasks');
}

function findTask({ world }: App, call: Call): Task {
  const id = textParam(call, 'id') ?? '';
  const task = world.tasks.find((row) => row.id === id);
  if (task === undefined || !seesTask(call.user, task)) {
    throw foremanFailure(404, `Resource task not found by id '${id}'`);
  }
  return task;
}

/** Without ids it takes every paused task of the system. */
function bulkResume(app: App, call: Call): Answer {
  const { world } = app;
  const ids = call.param('task_ids');
  const search = textParam(call, 'search');
  const chosen = Array.isArray(ids)
    ? world.tasks.filter((task) => ids.includes(task.id))
    : world.tasks.filter((task) => task.state === 'paused' && (search === null || task.label.includes(search)));
  const resumed = chosen.filter((task) => task.state === 'paused');
  const skipped = chosen.filter((task) => task.state !== 'paused');

  const body = {
    total: chosen.length,
    resumed: resumed.map((task) => viewTaskRecord(app, task)),
    failed: [],
    skipped: skipped.map((task) => viewTaskRecord(app, task)),
  };
  for (const task of resumed) app.tasks.resume(task);
  return ok(body);
}

/** `resource_type` and `resource_id` hold for one and the same link only, which is what a search means by them. */
function searchFields({ world }: App): SearchFields<Task> {
  return {
    id: { values: (row) => [row.id] },
    label: { values: (row) => [row.label] },
    action: { values: (row) => [row.action] },
    state: { values: (row) => [row.state] },
    result: { values: (row) => [row.result] },
    started_at: { values: (row) => [row.startedAt], isExplicitOnly: true },
    ended_at: { values: (row) => [row.endedAt], isExplicitOnly: true },
    parent_task_id: { values: (row) => [row.parentTaskId], isExplicitOnly: true },
    resource_type: { values: (row) => row.links.map((link) => link.resourceType), isExplicitOnly: true },
    resource_id: { values: (row) => row.links.map((link) => link.resourceId), isExplicitOnly: true },
    organization_id: {
      values: (row) => row.links.filter((link) => link.resourceType === 'Organization').map((link) => link.resourceId),
      isExplicitOnly: true,
    },
    user: { values: (row) => [getById(world.users, row.userId).login] },
    'user.login': { values: (row) => [getById(world.users, row.userId).login] },
    owner: { values: (row) => [getById(world.users, row.userId).login] },
  };
}
