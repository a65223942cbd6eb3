/** What controllers do around tasks: turn refusals into answers, wait for the synchronous ones. */

import { PublishRunning } from '../actions/publishing.ts';
import { type App, BackendDown } from '../app.ts';
import { katelloFailure } from '../http/failure.ts';
import type { Answer } from '../http/request.ts';
import { settingValue } from '../rules/settings.ts';
import type { Task } from '../state/rows.ts';
import { LockConflict, lockFailure } from '../tasks/locks.ts';
import { PlanningRefused } from '../tasks/planning-refused.ts';
import { viewStartedTask } from '../views/task.ts';

/** 202 with the task. */
export function accepted(app: App, task: Task): Answer {
  return { status: 202, body: viewStartedTask(app, task) };
}

/** Carries out what plans a task; its refusals become the answers of Katello's controllers. */
export async function planned<T>(app: App, plan: () => Promise<T>): Promise<T> {
  try {
    return await plan();
  } catch (error) {
    if (error instanceof LockConflict) throw lockFailure(error, app.traits);
    if (error instanceof BackendDown || error instanceof PublishRunning || error instanceof PlanningRefused) {
      throw katelloFailure(500, error.message);
    }
    throw error;
  }
}

/**
 * Waits for the task as a synchronous call does.
 *
 * @throws Failure 500: it did not end well, or not within the wait limit
 */
export async function finished(app: App, task: Task): Promise<void> {
  const limit = Number(settingValue(app.world, 'foreman_tasks_sync_task_timeout'));
  const isOver = await app.tasks.wait(task, limit * 1000);
  if (!isOver) throw katelloFailure(500, timeoutText(app, task, limit));
  if (task.result !== 'success') throw katelloFailure(500, taskErrorText(task));
}

function timeoutText({ traits }: App, task: Task, limit: number): string {
  return traits.timeoutNamesTask
    ? `The time waiting for task ${task.id} to finish exceeded the 'foreman_tasks_sync_task_timeout' (${limit}s)`
    : 'uninitialized constant ForemanTasks::TimeoutError';
}

function taskErrorText(task: Task): string {
  const texts = task.errors.map((message, at) => `${task.errorClasses[at]}: ${message}`);
  return `Task ${task.id}: ${[...new Set(texts)].join('; ')}`;
}
