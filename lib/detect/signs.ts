/** What a task says about repositories. Pure. */
import { findVersionRef } from '../pulp/href.ts';
import type { Task } from '../pulp/schema.ts';

/** A repository that may have changed. */
export interface Sign {
  readonly uuid: string;
  /** a version that was made there; null when only reading the repository can tell */
  readonly version: number | null;
}

const MIGRATE = 'pulp_container.app.tasks.migrate_push_repository.migrate_push_repository';

/**
 * Names of the tasks that can change a push repository: pushes (the second name up to pulp_container 2.25), and what an
 * administrator can do to it. Katello's copies have some of these names too, in other repositories.
 */
export const TASK_NAMES: readonly string[] = [
  'pulp_container.app.tasks.download_image_data.aadd_and_remove',
  'pulpcore.app.tasks.repository.add_and_remove',
  'pulp_container.app.tasks.tag.tag_image',
  'pulp_container.app.tasks.untag.untag_image',
  'pulp_container.app.tasks.recursive_add.recursive_add_content',
  'pulp_container.app.tasks.recursive_remove.recursive_remove_content',
  MIGRATE,
];

/** Since pulpcore 3.50 a PRN, before an href; what is only read begins with `shared:`. */
const RESERVED = [
  /^prn:container\.container(?:push)?repository:([0-9a-f-]{36})$/,
  /^\/.*\/repositories\/container\/(?:container|container-push)\/([0-9a-f-]{36})\/$/,
];

/**
 * Of a task that has ended: the versions it made, whatever its state (a push can fail after it made its version); else,
 * unless it completed, the repositories it held. One that completed without a version changed nothing, but for a
 * migration, which changes the type of a repository.
 */
export function signsOfEnded(task: Task): Sign[] {
  const versions = task.created_resources.map(findVersionRef).filter((version) => version !== null);
  if (versions.length > 0) return versions.map(({ uuid, number }) => ({ uuid, version: number }));
  return task.state === 'completed' && task.name !== MIGRATE ? [] : signsOfHeld(task);
}

/** Of a task about whose end nothing is known: the repositories it held. */
export function signsOfHeld(task: Task): Sign[] {
  const uuids = task.reserved_resources_record.map(findReserved).filter((uuid) => uuid !== undefined);
  return uuids.map((uuid) => ({ uuid, version: null }));
}

function findReserved(resource: string): string | undefined {
  return RESERVED.map((pattern) => pattern.exec(resource)?.[1]).find((uuid) => uuid !== undefined);
}
