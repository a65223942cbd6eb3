/**
 * Finds out who holds a repository in Katello, after Katello refused a write. Katello reports lock conflicts and running
 * publishes as 400, 422 or 500 (Katello 4.5 to 5.0), so the status alone says nothing.
 */
import { BusyError, HttpStatusError, type ReactorError, TaskFailedError } from '../errors.ts';
import type { Katello } from '../katello/katello.ts';
import type { Task } from '../katello/schema.ts';
import { taskIdsIn } from '../katello/task-ids.ts';

type TaskPort = Pick<Katello, 'searchTasks' | 'findTask'>;

/** The failure that says who holds the repository. */
export async function busyWith(katello: TaskPort, repositoryId: number, signal?: AbortSignal): Promise<ReactorError> {
  const tasks = await listUnfinished(katello, repositoryId, [], signal);
  if (tasks.length === 0) {
    return new TaskFailedError(
      'katello',
      `of repository ${repositoryId}`,
      'the repository was never made in Pulp, and no task is at work on it; delete it in Katello and push again',
    );
  }
  return toBusy(repositoryId, tasks);
}

/**
 * Explains a refused write: E_BUSY with the tasks that hold the repository, or E_TASK_FAILED with Katello's own words
 * when nobody does, so that the world is read again and attempts end. Anything but a refusal is passed back as it is.
 */
export async function explainRefusal(
  katello: TaskPort,
  repositoryId: number,
  error: unknown,
  signal?: AbortSignal,
): Promise<unknown> {
  if (!(error instanceof HttpStatusError) || ![400, 409, 422, 500].includes(error.failure.status)) return error;

  const tasks = await listUnfinished(katello, repositoryId, taskIdsIn(error), signal);
  if (tasks.length > 0) return toBusy(repositoryId, tasks, error);
  return new TaskFailedError('katello', `on repository ${repositoryId}`, error.failure.detail, { cause: error });
}

/** Unfinished tasks linked to the repository, and those that the refusal named. */
async function listUnfinished(
  katello: TaskPort,
  repositoryId: number,
  named: readonly string[],
  signal?: AbortSignal,
): Promise<Task[]> {
  const linked = await katello.searchTasks({ resourceType: 'Katello::Repository', resourceId: repositoryId }, signal);
  const tasks = new Map(linked.map((task) => [task.id, task]));
  for (const id of named.filter((one) => !tasks.has(one))) {
    const task = await katello.findTask(id, signal);
    if (task) tasks.set(id, task);
  }
  return [...tasks.values()].filter(({ state }) => state !== 'stopped');
}

function toBusy(repositoryId: number, tasks: readonly Task[], cause?: unknown): BusyError {
  const ids = tasks.map(({ id }) => id);
  const paused = tasks.find(({ state }) => state === 'paused');
  return new BusyError(
    'katello',
    `task ${ids.join(', ')} holds repository ${repositoryId}`,
    ids,
    paused !== undefined,
    { cause, startedAt: paused?.started_at },
  );
}
