/**
 * The place in Pulp's list of tasks up to which all was told. Pure: reads go in, what is new comes out.
 *
 * The window of each read begins an overlap before the newest time that was read, because rows can become visible out of
 * order (before pulpcore 3.84) and several can have one time. What was told already is known by its id.
 */
import { readUuid } from '../pulp/href.ts';
import type { Task, TaskState } from '../pulp/schema.ts';
import { earlier, microsOf } from './time.ts';

export interface Cursor {
  /** newest `pulp_created` that was read, as Pulp wrote it */
  readonly newest: string;
  /** tasks of the window whose end was told, with their time, by uuid */
  readonly told: ReadonlyMap<string, string>;
  /** tasks that have not ended, as they were last read, by uuid; they may be older than the window */
  readonly open: ReadonlyMap<string, Task>;
}

/** What one look at Pulp gave. */
export interface Look {
  /** every task of the window */
  readonly listed: readonly Task[];
  /** of the open tasks that the window did not show, those that still exist */
  readonly reread: readonly Task[];
}

export interface Step {
  readonly cursor: Cursor;
  /** tasks that have ended and were not told before, in the order they were read */
  readonly ended: readonly Task[];
  /** open tasks that are gone: deleted or purged, nobody knows how they ended */
  readonly vanished: readonly Task[];
}

const FINAL: ReadonlySet<TaskState> = new Set(['completed', 'failed', 'canceled', 'skipped']);

/** A cursor that tells nothing from before its window. */
export function startCursor(newest: string): Cursor {
  return { newest, told: new Map(), open: new Map() };
}

/** Where the next read begins. */
export function windowStart(cursor: Cursor, overlapMs: number): string {
  return earlier(cursor.newest, overlapMs);
}

/** Uuids of the open tasks that have to be read one by one, because the window did not show them. */
export function findHidden(cursor: Cursor, listed: readonly Task[]): string[] {
  const shown = new Set(listed.map(idOf));
  return [...cursor.open.keys()].filter((id) => !shown.has(id));
}

export function advance(cursor: Cursor, { listed, reread }: Look, overlapMs: number): Step {
  const read = new Map([...listed, ...reread].map((task) => [idOf(task), task]));
  const isFinal = ({ state }: Task) => FINAL.has(state);
  const ended = [...read].filter(([id, task]) => isFinal(task) && !cursor.told.has(id));
  const open = new Map([...read].filter(([, task]) => !isFinal(task)));
  const vanished = [...cursor.open].filter(([id]) => !read.has(id)).map(([, task]) => task);

  const newest = listed.reduce((latest, task) => later(latest, task.pulp_created), cursor.newest);
  const from = microsOf(earlier(newest, overlapMs));
  const all = [...cursor.told, ...ended.map(([id, task]): [string, string] => [id, task.pulp_created])];
  const told = new Map(all.filter(([, createdAt]) => microsOf(createdAt) >= from));
  return { cursor: { newest, told, open }, ended: ended.map(([, task]) => task), vanished };
}

/** Moves an idle cursor on: all tasks up to this time were listed, whatever they were. */
export function lift(cursor: Cursor, time: string): Cursor {
  return { ...cursor, newest: later(cursor.newest, time) };
}

/** Where a process that knows nothing else has to begin: not behind a task that has not ended. */
export function restartPoint({ newest, open }: Cursor): string {
  const oldest = [...open.values()].map((task) => task.pulp_created);
  return oldest.reduce((first, time) => (microsOf(time) < microsOf(first) ? time : first), newest);
}

function later(left: string, right: string): string {
  return microsOf(right) > microsOf(left) ? right : left;
}

function idOf(task: Task): string {
  return readUuid(task.pulp_href);
}
