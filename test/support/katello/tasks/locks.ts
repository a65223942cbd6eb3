/** Exclusive locks: one a record, from planning until the task stops; a paused task keeps it. */
import { Failure } from '../http/failure.ts';
import type { Task, TaskLink, World } from '../state/rows.ts';
import type { Traits } from '../traits.ts';

/** Raised for a taken lock. `isRace` when its owner is being planned at this very moment: then no task is named. */
export class LockConflict extends Error {
  readonly isRace: boolean;

  constructor(message: string, isRace: boolean) {
    super(message);
    this.isRace = isRace;
  }
}

/** Takes the locks for the task. @throws LockConflict */
export function takeLocks(world: World, task: Task, records: readonly TaskLink[], foremanUrl: string): void {
  const owners = records.flatMap((record) => ownersOf(world, record)).filter((owner) => owner.id !== task.id);
  if (owners.some((owner) => owner.state === 'planning')) {
    throw new LockConflict(
      'PG::InFailedSqlTransaction: ERROR:  current transaction is aborted, commands ignored until end of transaction block\n',
      true,
    );
  }
  if (owners.length > 0) throw new LockConflict(conflictText(owners, foremanUrl), false);
  for (const record of records) world.locks.push({ taskId: task.id, ...record });
}

export function releaseLocks(world: World, taskId: string): void {
  world.locks = world.locks.filter((lock) => lock.taskId !== taskId);
}

/** The answer to a taken lock, import_uploads apart. */
export function lockFailure(conflict: LockConflict, traits: Traits): Failure {
  return new Failure(conflict.isRace ? 500 : traits.lockConflictStatus, 'katello', conflict.message);
}

function ownersOf(world: World, record: TaskLink): Task[] {
  const ids = world.locks
    .filter((lock) => lock.resourceType === record.resourceType && lock.resourceId === record.resourceId)
    .map((lock) => lock.taskId);
  return world.tasks.filter((task) => ids.includes(task.id));
}

function conflictText(owners: readonly Task[], foremanUrl: string): string {
  const lines = [...new Set(owners.map((owner) => `- ${foremanUrl}/foreman_tasks/tasks/${owner.id}`))];
  return [
    'Required lock is already taken by other running tasks.',
    'Please inspect their state, fix their errors and resume them.',
    '',
    'Conflicts with tasks:',
    ...lines,
  ].join('\n');
}
