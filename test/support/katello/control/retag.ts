/** A tag changed in Katello itself: what a person does there, behind the back of whoever pushes. */

import { startImportUpload } from '../actions/import-upload.ts';
import type { App } from '../app.ts';
import { getById } from '../state/find.ts';
import type { Task } from '../state/rows.ts';

/** Points a tag at a digest that is in the repository. @throws when the upload cannot be planned or fails */
export async function retag(app: App, repositoryId: number, tag: string, digest: string): Promise<Task> {
  const repository = getById(app.world.repositories, repositoryId);
  const admin = app.world.users.find((user) => user.isAdmin && !user.isHidden);
  if (admin === undefined) throw new Error('no administrator to act as');

  const task = await startImportUpload(
    app,
    {
      repository,
      isTag: true,
      uploads: [{ id: 'control', name: tag, digest, contentUnitId: null }],
      publishes: true,
      syncsCapsules: true,
    },
    admin,
    `control-${repositoryId}`,
  );
  await app.tasks.wait(task, 60_000);
  if (task.result !== 'success') throw new Error(task.errors.join('; '));
  return task;
}
