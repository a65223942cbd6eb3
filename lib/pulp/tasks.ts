/** Tasks: finding them, waiting for them, and who made a version. */
import { z } from 'zod';
import { HttpStatusError, TaskFailedError } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import { cleanText } from '../http/redact.ts';
import { type Delay, waitUntilFinal } from '../http/wait.ts';
import { fieldsOf, listPages, readAll, readByIds } from './pages.ts';
import type { Pulp } from './pulp.ts';
import { Task, type TaskState } from './schema.ts';

/** How to wait for a task. */
export interface Waiting {
  readonly timeoutMs: number;
  readonly delay: Delay;
  readonly now: () => number;
}

const GAPS_MS = [200, 500, 1000, 2000, 5000];
const FINAL: ReadonlySet<TaskState> = new Set(['completed', 'failed', 'canceled', 'skipped']);
const DETAIL_LIMIT = 500;
const Writer = z.object({ logging_cid: z.string().nullable() });

export function createTasks(
  http: HttpClient,
  api: string,
  waiting: Waiting,
): Pick<Pulp, 'listTasks' | 'findNewestTask' | 'readTasks' | 'findWriters' | 'waitForTask'> {
  const path = `${api}tasks/`;

  return {
    listTasks: ({ createdFrom, names }, signal) =>
      listPages(
        http,
        path,
        Task,
        { name__in: names.join(','), pulp_created__gte: createdFrom, ordering: 'pulp_created,pk' },
        signal,
      ),

    async findNewestTask(signal) {
      for await (const task of listPages(http, path, Task, { ordering: '-pulp_created,-pk' }, signal, 1)) return task;
      return null;
    },

    readTasks: (uuids, signal) => readByIds(http, path, Task, uuids, signal),

    async findWriters(versionHref, signal) {
      try {
        const rows = await readAll(listPages(http, path, Writer, { created_resources: versionHref }, signal));
        return rows.map((row) => row.logging_cid);
      } catch (error) {
        // the only thing to be wrong in this query is a version that Pulp has dropped (pulpcore 3.105, 3.123)
        if (error instanceof HttpStatusError && error.failure.status === 400) return [];
        throw error;
      }
    },

    async waitForTask(href, signal) {
      const task = await waitUntilFinal({
        system: 'pulp',
        task: href,
        read: () => http.get(href, Task, { query: { fields: fieldsOf(Task) }, signal }),
        isFinal: ({ state }) => FINAL.has(state),
        gapsMs: GAPS_MS,
        ...waiting,
        signal,
      });
      if (task.state !== 'completed') throw new TaskFailedError('pulp', href, explain(task));
      return task;
    },
  };
}

/** The state and Pulp's own description, never the traceback. */
function explain({ state, error }: Task): string {
  const reason = error?.['description'] ?? error?.['reason'];
  return typeof reason === 'string' ? `${state}: ${cleanText(reason, DETAIL_LIMIT)}` : state;
}
