/** The tasks API: show, search, details, resume. Everybody sees their own tasks, few see all. */
import type { App } from '../app.ts';
import { foremanPage } from '../http/envelope.ts';
import { foremanFailure } from '../http/failure.ts';
import { type Answer, type Call, ok, textParam } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { holds } from '../rules/permissions.ts';
import { compileSearch, type SearchFields } from '../rules/search.ts';
import { getById } from '../state/find.ts';
import type { Task, TaskLink, User } from '../state/rows.ts';
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
    search: {},
    compile: (search) => compileTaskSearch(app, search),
    sorting: {
      by: 'started_at',
      order: 'DESC',
      fields: {
        // what has not begun comes first in a list of the newest
        started_at: (row) => (row.state === 'scheduled' ? null : row.startedAt),
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

/** A task beside one of its links: what a search looks at, as the database joins them. */
interface LinkedTask {
  readonly task: Task;
  readonly link: TaskLink | null;
}

/** `resource_type` and `resource_id` of one search hold for one and the same link. */
function compileTaskSearch(app: App, search: string): (task: Task) => boolean {
  const matches = compileSearch(search, searchFields(app));
  return (task) => {
    const links = task.links.length === 0 ? [null] : task.links;
    return links.some((link) => matches({ task, link }));
  };
}

function searchFields({ world }: App): SearchFields<LinkedTask> {
  const login = ({ task }: LinkedTask): string => getById(world.users, task.userId).login;
  return {
    id: { values: ({ task }) => [task.id] },
    label: { values: ({ task }) => [task.label] },
    action: { values: ({ task }) => [task.action] },
    state: { values: ({ task }) => [task.state] },
    result: { values: ({ task }) => [task.result] },
    started_at: { values: ({ task }) => [task.startedAt], isExplicitOnly: true },
    ended_at: { values: ({ task }) => [task.endedAt], isExplicitOnly: true },
    parent_task_id: { values: ({ task }) => [task.parentTaskId], isExplicitOnly: true },
    resource_type: { values: ({ link }) => [link?.resourceType ?? null], isExplicitOnly: true },
    resource_id: { values: ({ link }) => [link?.resourceId ?? null], isExplicitOnly: true },
    organization_id: {
      values: ({ task }) =>
        task.links.filter((link) => link.resourceType === 'Organization').map((link) => link.resourceId),
      isExplicitOnly: true,
    },
    user: { values: (row) => [login(row)] },
    'user.login': { values: (row) => [login(row)] },
    owner: { values: (row) => [login(row)] },
  };
}
