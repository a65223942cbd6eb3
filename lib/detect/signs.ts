/** What a task says about repositories. Pure. */
import { findVersionRef } from '../pulp/href.ts';
import type { Task } from '../pulp/schema.ts';

/** A repository that may have changed. */
export interface Sign {
  readonly uuid: string;
  /** a version that was made there; null when only reading the repository can tell */
  readonly version: number | null;
}

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
  'pulp_container.app.tasks.migrate_push_repository.migrate_push_repository',
];

const HREF = /^\/.*\/repositories\/container\/(?:container|container-push)\/([0-9a-f-]{36})\/$/;
const PRN = /^prn:container\.container(?:push)?repository:([0-9a-f-]{36})$/;

/**
 * Of a task that has ended: what it made, a version, or, of a migration, the same repository with another type. One that
 * completed and made neither changed nothing.
 *
 * Any other may have changed the repositories it held: a push can fail and its version be finished all the same. What it
 * names may also never be finished, and then the next push gets that number (pulpcore 3.105, 3.123): it is not believed.
 */
export function signsOfEnded(task: Task): Sign[] {
  const made = task.created_resources.flatMap(signOfMade);
  if (task.state === 'completed') return made;
  return made.length > 0 ? made.map(({ uuid }) => ({ uuid, version: null })) : signsOfHeld(task);
}

/** Of a task about whose end nothing is known: the repositories it held, PRNs since pulpcore 3.50, before that hrefs. */
export function signsOfHeld(task: Task): Sign[] {
  // what is only read begins with `shared:`
  return task.reserved_resources_record.flatMap((resource) =>
    mayHaveChanged(PRN.exec(resource) ?? HREF.exec(resource)),
  );
}

function signOfMade(href: string | null): Sign[] {
  const version = findVersionRef(href);
  return version ? [{ uuid: version.uuid, version: version.number }] : mayHaveChanged(HREF.exec(href ?? ''));
}

function mayHaveChanged(match: RegExpExecArray | null): Sign[] {
  return match?.[1] === undefined ? [] : [{ uuid: match[1], version: null }];
}
