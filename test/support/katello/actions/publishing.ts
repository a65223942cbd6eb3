/** A publish of a content view that holds the repository keeps other actions away from it. */
import type { App } from '../app.ts';
import { getById } from '../state/find.ts';
import type { Repository, Task } from '../state/rows.ts';
import { ACTIONS } from './labels.ts';

/** Raised while planning: a publish has to end first. */
export class PublishRunning extends Error {}

/** @throws PublishRunning naming the tasks to wait for */
export function checkNotPublishing(app: App, repository: Repository): void {
  if (!app.traits.publishBlocksImport) return;
  const tasks = publishesOf(app, repository);
  if (tasks.length === 0) return;

  const { label } = getById(app.world.roots, repository.rootId);
  const subject = app.traits.publishBlockNamesRepository ? `Repository ${label}` : 'This repository';
  const lines = tasks.map((task) => `- ${app.foremanUrl}/foreman_tasks/tasks/${task.id}`).join('\n');
  throw new PublishRunning(
    `${subject} has pending tasks in associated content views. Please wait for the tasks: ${lines} to complete before proceeding.`,
  );
}

function publishesOf({ world }: App, repository: Repository): Task[] {
  const libraryId = repository.libraryInstanceId ?? repository.id;
  const views = world.contentViews.filter((view) => view.repositoryIds.includes(libraryId)).map((view) => view.id);
  return world.tasks.filter(
    (task) =>
      task.label === ACTIONS.publishView.label &&
      task.state !== 'stopped' &&
      task.links.some((link) => link.resourceType === 'Katello::ContentView' && views.includes(link.resourceId)),
  );
}
