/** Foreman's tasks: finding them and waiting for them. */
import { BusyError, TaskFailedError } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import { cleanText } from '../http/redact.ts';
import { type Delay, waitUntilFinal } from '../http/wait.ts';
import { readList } from './envelope.ts';
import type { Katello } from './katello.ts';
import { DestroyTask, Task } from './schema.ts';
import { quote } from './search.ts';

/** How to wait for a task. */
export interface Waiting {
  readonly timeoutMs: number;
  readonly delay: Delay;
  readonly now: () => number;
}

/**
 * No task ends sooner, and most take 2 to 3.5 s: then it is asked more often. Each question costs Katello 0.1 s, which is
 * mostly the check of the password (Katello 5.0).
 */
const FIRST_MS = 500;
const GAPS_MS = [1000, 500, 500, 500, 500, 500, 1000, 1000, 2000, 5000];
/** More tasks than one repository has; an unfinished one is among the newest, since it locks the repository. */
const SEARCH_LIMIT = 1000;
const DETAIL_LIMIT = 500;
/** Nothing happens to a repository after it is gone: its end is among the newest. */
const DESTROYED_LIMIT = 100;
const DESTROYS: ReadonlySet<string> = new Set([
  'Actions::Katello::Repository::Destroy',
  'Actions::Katello::Product::Destroy',
  'Actions::Katello::Organization::Destroy',
]);

export function createTasks(
  http: HttpClient,
  tasks: string,
  waiting: Waiting,
): Pick<Katello, 'findTask' | 'searchTasks' | 'findDestroyTasks' | 'waitForTask'> {
  const pathOf = (id: string) => `${tasks}/${encodeURIComponent(id)}`;

  return {
    findTask: (id, signal) => http.find(pathOf(id), Task, { signal }),

    async searchTasks({ resourceType, resourceId }, signal) {
      const search = `resource_type = ${quote(resourceType)} and resource_id = ${resourceId}`;
      const query = { search, order: 'started_at DESC', per_page: SEARCH_LIMIT };
      const { results } = await readList(http, tasks, Task, query, signal);
      return results;
    },

    async findDestroyTasks(repositoryId, signal) {
      const search = `resource_type = "Katello::Repository" and resource_id = ${repositoryId} and state = stopped and result = success`;
      const query = { search, order: 'started_at DESC', per_page: DESTROYED_LIMIT };
      const { results } = await readList(http, tasks, DestroyTask, query, signal);
      return results.filter(
        ({ label, state, result }) => DESTROYS.has(label) && state === 'stopped' && result === 'success',
      );
    },

    async waitForTask(id, signal) {
      await waiting.delay(FIRST_MS, signal);
      const task = await waitUntilFinal({
        system: 'katello',
        task: id,
        read: () => http.get(pathOf(id), Task, { signal }),
        isFinal: ({ state }) => state === 'stopped' || state === 'paused',
        gapsMs: GAPS_MS,
        ...waiting,
        signal,
      });
      if (task.state === 'paused') {
        throw new BusyError('katello', `task ${id} is paused, it needs a person: ${explain(task)}`, [id], true, {
          startedAt: task.started_at,
        });
      }
      if (task.result !== 'success') throw new TaskFailedError('katello', id, explain(task));
      return task;
    },
  };
}

/** Result and Katello's own words. `warning` means that steps were skipped, which for a publish is a failure. */
function explain({ result, humanized }: Task): string {
  return cleanText([result, ...humanized.errors].join(': '), DETAIL_LIMIT);
}
