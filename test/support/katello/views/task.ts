/** Tasks as show, lists and 202 answers print them. */
import type { App } from '../app.ts';
import { printTime } from '../http/time.ts';
import { getById } from '../state/find.ts';
import type { Task } from '../state/rows.ts';

export function viewTask(app: App, task: Task): Record<string, unknown> {
  return { ...taskFields(app, task, printTime), duration: durationOf(app, task) };
}

/** The body of a call that started the task: its duration is not known yet, even where it has ended. */
export function viewStartedTask(app: App, task: Task): Record<string, unknown> {
  const fields = taskFields(app, task, printTime);
  return app.traits.durationIn202 ? { ...fields, duration: null } : fields;
}

/** A task as a whole record, with times as the database has them. */
export function viewTaskRecord(app: App, task: Task): Record<string, unknown> {
  const fields = taskFields(app, task, (iso) => iso);
  return app.traits.durationIn202 ? { ...fields, duration: null } : fields;
}

/** Everything about a task. */
export function viewTaskDetails(app: App, task: Task): Record<string, unknown> {
  const { world, traits } = app;
  const user = getById(world.users, task.userId);
  const locks = world.locks.filter((lock) => lock.taskId === task.id);
  return {
    parent_task_id: task.parentTaskId,
    start_before: null,
    external_id: task.externalId,
    ...viewTask(app, task),
    execution_plan: { state: task.state, cancellable: false },
    failed_steps: task.errors.map((message, at) => ({
      error: { exception_class: task.errorClasses[at], message, backtrace: [] },
      action_class: task.label,
      state: 'error',
      input: '{}',
      output: '{}',
    })),
    running_steps: [],
    help: null,
    has_sub_tasks: world.tasks.some((other) => other.parentTaskId === task.id),
    locks: locks.map((lock) => viewLink(lock, true)),
    links: task.links.map((link) => viewLink(link, false)),
    username_path: `<a class=" disabled" disabled="disabled" href="#" onclick="; return false;">${user.login}</a>`,
    dynflow_enable_console: true,
    ...(traits.tellsTaskDependencies ? { depends_on: [], blocks: [] } : {}),
  };
}

function viewLink(
  { resourceType, resourceId }: { resourceType: string; resourceId: number },
  isExclusive: boolean,
): Record<string, unknown> {
  const link = resourceType === 'Organization' ? `/organizations/${resourceId}` : '/';
  return { resource_type: resourceType, resource_id: resourceId, exclusive: isExclusive, link };
}

function taskFields({ world }: App, task: Task, print: (iso: string | null) => string | null): Record<string, unknown> {
  const isFinal = task.state === 'stopped';
  const isScheduled = task.state === 'scheduled';
  return {
    id: task.id,
    label: task.label,
    pending: !isFinal,
    action: task.action,
    username: task.isJob ? null : getById(world.users, task.userId).login,
    started_at: isScheduled ? null : print(task.startedAt),
    ended_at: print(task.endedAt),
    state: task.state,
    result: task.result,
    progress: task.progress,
    input: task.isJob ? null : task.input,
    output: task.isJob ? null : task.output,
    humanized: {
      action: task.humanizedAction,
      input: task.humanizedInput,
      output: isScheduled ? null : task.humanizedOutput,
      errors: isScheduled ? null : task.errors,
    },
    cli_example: null,
    start_at: print(task.startedAt),
    available_actions: { cancellable: task.state === 'running' || isScheduled, resumable: task.state === 'paused' },
  };
}

/** Seconds as text, with a fraction. */
function durationOf(app: App, task: Task): string {
  if (task.state === 'scheduled') return '0';
  const ms = task.durationMs ?? app.now().getTime() - Date.parse(task.startedAt);
  return (ms / 1000).toFixed(6);
}
