/** REST routes of tasks, and the status. */
import { z } from 'zod';
import { type Answer, type Call, Refusal, type Route, readBody } from './http.ts';
import { type Kernel, resolveVersion } from './kernel.ts';
import { answerList, answerOne, identityFilters, type Listing, textFilters, timeFilters } from './lists.ts';
import { API, renderTask, taskHref } from './render.ts';
import type { State, Task } from './state.ts';
import { isFinal } from './tasks.ts';

const Cancel = z.strictObject({ state: z.literal('canceled') });

export function taskRoutes({ state, tasks }: Kernel): Route[] {
  return [
    {
      pattern: new RegExp(`^${API}tasks/$`),
      methods: { GET: (call) => answerList(call, taskListing(state)) },
    },
    {
      pattern: new RegExp(`^${API}tasks/(?<id>[0-9a-f-]{36})/$`),
      methods: {
        GET: (call) => answerOne(call, renderTask(state, taskOf(state, call))),
        PATCH: (call) => {
          const task = taskOf(state, call);
          readBody(call, Cancel);
          return { status: tasks.cancel(task) ? 200 : 409, body: renderTask(state, task) };
        },
        DELETE: (call) => deleteTask(state, taskOf(state, call)),
      },
    },
  ];
}

export function statusRoutes({ state }: Kernel): Route[] {
  const { core, container } = state.world;
  const components = { core, container, certguard: core, file: core };
  const versions = Object.entries(components).map(([component, version]) => ({
    component,
    version,
    domain_compatible: true,
  }));
  return [
    {
      pattern: new RegExp(`^${API}status/$`),
      methods: {
        GET: () => ({
          status: 200,
          body: {
            versions,
            online_workers: [{ name: '1@pulp.example.com', last_heartbeat: state.now(), versions: components }],
            online_api_apps: [],
            online_content_apps: [],
            database_connection: { connected: true },
            redis_connection: { connected: false },
            domain_enabled: false,
          },
        }),
      },
    },
  ];
}

function taskListing(state: State): Listing<Task> {
  const resourcesOf = (task: Task) => [...task.exclusive, ...task.shared];
  return {
    rows: () => state.tasks.values(),
    render: (task) => renderTask(state, task),
    filters: {
      ...textFilters('name', ({ name }: Task) => name, ['contains', 'ne']),
      ...textFilters('state', (task: Task) => task.state, ['ne']),
      ...textFilters('logging_cid', ({ correlationId }: Task) => correlationId, ['contains']),
      ...timeFilters<Task>('pulp_created', ({ createdAt }) => createdAt),
      ...timeFilters<Task>('started_at', ({ startedAt }) => startedAt),
      ...timeFilters<Task>('finished_at', ({ finishedAt }) => finishedAt),
      ...identityFilters<Task>(({ id }) => id, taskHref),
      reserved_resources: (value) => (task) => resourcesOf(task).includes(value),
      created_resources: (href) => {
        const { version } = resolveVersion(state, href);
        return (task) => task.created.some((created) => created.kind === 'version' && created.id === version.id);
      },
    },
    orderings: ['pulp_created', 'finished_at', 'started_at', 'name', 'state'],
  };
}

function deleteTask(state: State, task: Task): Answer {
  if (!isFinal(task)) return { status: 409, body: renderTask(state, task) };
  state.tasks.delete(task.id);
  return { status: 204 };
}

function taskOf(state: State, call: Call): Task {
  const task = state.tasks.get(call.params['id'] ?? '');
  if (!task) throw new Refusal(404, { detail: 'No Task matches the given query.' });
  return task;
}
