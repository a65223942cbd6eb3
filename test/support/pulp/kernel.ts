/** What all rooms of the in-memory Pulp share: state, task queue, and the small steps every route needs. */
import { type Answer, type Call, Refusal } from './http.ts';
import { taskHref } from './render.ts';
import { findVersion, latestOf, type Repository, type State, type Task, type Version } from './state.ts';
import type { TaskOrder, TaskQueue } from './tasks.ts';

export interface Kernel {
  readonly state: State;
  readonly tasks: TaskQueue;
  /** Repository of a route's `type` and `id`. @throws Refusal 404 */
  repositoryOf(call: Call): Repository;
  /** Starts a task and answers 202 with its href. */
  startTask(call: Call, order: Omit<TaskOrder, 'correlationId'>): Answer;
}

const REPOSITORY = /\/repositories\/container\/(?:container|container-push)\/([0-9a-f-]{36})\/(?:versions\/(\d+)\/)?$/;

export function createKernel(
  state: State,
  tasks: TaskQueue,
  findRepository: (type: string, id: string) => Repository,
): Kernel {
  return {
    state,
    tasks,
    repositoryOf: ({ params }) => findRepository(params['type'] ?? '', params['id'] ?? ''),
    startTask(call, order) {
      const task: Task = tasks.dispatch({ ...order, correlationId: call.correlationId });
      return { status: 202, body: { task: taskHref(task) } };
    },
  };
}

/** Version that a href names; a repository's href means its latest. @throws Refusal 400 with Pulp's words */
export function resolveVersion(state: State, href: string): { repository: Repository; version: Version } {
  const match = REPOSITORY.exec(href);
  if (!match) {
    const byPrn = /^prn:core\.repositoryversion:(.+)$/.exec(href);
    const found = byPrn?.[1] === undefined ? null : findVersion(state, byPrn[1]);
    if (found) return found;
    throw new Refusal(400, [`URI not valid: ${href}`]);
  }
  const repository = state.repositories.get(match[1] ?? '');
  const version = match[2] === undefined ? repository && latestOf(repository) : versionOf(repository, Number(match[2]));
  if (!repository || !version) throw new Refusal(400, [`URI ${href} not found for repositoryversion.`]);
  return { repository, version };
}

function versionOf(repository: Repository | undefined, number: number): Version | undefined {
  return repository?.versions.find((version) => version.number === number);
}
