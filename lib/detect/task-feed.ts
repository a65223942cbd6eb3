/** First source: Pulp's tasks since the cursor. One request where nothing happened (pulpcore 3.71, pulp_container 2.21). */
import { readUuid } from '../pulp/href.ts';
import type { Pulp } from '../pulp/pulp.ts';
import type { Task } from '../pulp/schema.ts';
import { type Change, changeOf, newestOfEach } from './change.ts';
import { advance, type Cursor, findHidden, windowStart } from './cursor.ts';
import { FOREIGN, type Memory } from './memory.ts';
import { type Sign, signsOfEnded, signsOfHeld, TASK_NAMES } from './signs.ts';

export interface TaskFeedDeps {
  readonly pulp: Pick<Pulp, 'listTasks' | 'readTasks' | 'readRepositories'>;
  readonly prefix: string;
  readonly memory: Memory;
}

/** What was found, and the cursor to go on from once that is queued. */
export interface TaskFeedResult {
  readonly changes: readonly Change[];
  readonly cursor: Cursor;
}

/** Reads everything before it answers, so that a failure midway moves nothing. @throws what the port throws */
export async function readTaskFeed(
  deps: TaskFeedDeps,
  cursor: Cursor,
  overlapMs: number,
  signal: AbortSignal,
): Promise<TaskFeedResult> {
  const query = { createdFrom: windowStart(cursor, overlapMs), names: TASK_NAMES };
  const listed: Task[] = [];
  for await (const task of deps.pulp.listTasks(query, signal)) listed.push(task);
  const reread = await deps.pulp.readTasks(findHidden(cursor, listed), signal);

  const step = advance(cursor, { listed, reread }, overlapMs);
  const signs = [...step.ended.flatMap(signsOfEnded), ...step.vanished.flatMap(signsOfHeld)];
  return { changes: await resolveSigns(deps, signs, signal), cursor: step.cursor };
}

/**
 * Changes in the order of their signs. What is known needs no request; the rest is read at once: unknown repositories,
 * and those that only may have changed. One that is gone has nothing to look at.
 */
async function resolveSigns(deps: TaskFeedDeps, signs: readonly Sign[], signal: AbortSignal): Promise<Change[]> {
  const { pulp, prefix, memory } = deps;
  const isUnread = ({ uuid, version }: Sign) => {
    const known = memory.find(uuid);
    return !known || (known.path !== null && version === null);
  };
  const unread = [...new Set(signs.filter(isUnread).map(({ uuid }) => uuid))];
  // Pulp finds a repository by its uuid, whatever else an href says
  const rows = await pulp.readRepositories(
    unread.map((uuid) => `/repositories/container/container/${uuid}/`),
    signal,
  );
  const read = new Map(rows.map((row) => [readUuid(row.pulp_href), changeOf(row, prefix)]));
  for (const [uuid, change] of read) if (!change) memory.remember(uuid, FOREIGN);

  const changes = signs.map(({ uuid, version }) => {
    const known = memory.find(uuid);
    const isNews = known && known.path !== null && version !== null && version > known.version;
    return read.get(uuid) ?? (isNews ? { uuid, path: known.path, version } : null);
  });
  return newestOfEach(changes.filter((change) => change !== null));
}
