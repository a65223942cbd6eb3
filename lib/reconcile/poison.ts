/**
 * A tag on a manifest list that Katello does not know makes Katello's index of the whole repository fail, again and again:
 * it reads tags before lists (Katello 4.0 to 5.0). The reactor makes lists known first, but whoever copies a tag in Pulp,
 * or a task of Katello's that stops half-way, may leave one.
 */

import type { Katello } from '../katello/katello.ts';
import type { Pulp, WriteOptions } from '../pulp/pulp.ts';
import type { Tag } from '../pulp/schema.ts';
import type { Log } from './deps.ts';
import type { Guard } from './lease.ts';
import { toManifest } from './manifests.ts';

/** What it takes to cure. */
export interface CureDeps {
  readonly pulp: Pick<
    Pulp,
    'readRepositories' | 'listTags' | 'listManifests' | 'addContent' | 'removeContent' | 'waitForTask'
  >;
  readonly katello: Pick<Katello, 'findManifestLists' | 'importUnits' | 'waitForTask'>;
  readonly log: Pick<Log, 'warn'>;
}

/** A repository of Katello's whose index failed. */
export interface Patient {
  readonly repositoryId: number;
  /** in Pulp */
  readonly targetHref: string;
  readonly guard: Guard;
  /** for taking tags out and putting them back */
  readonly options: WriteOptions;
}

/**
 * Cures the repository, if that is what it has: takes such tags out in Pulp, makes their lists known to Katello, and puts
 * the tags back, also when Katello refuses or the run has to stop. They are gone from the repository for some seconds; a
 * pull gets what Katello published before.
 *
 * @returns true if it was cured: an index goes through from now on
 */
export async function cure(deps: CureDeps, patient: Patient): Promise<boolean> {
  const { pulp, katello } = deps;
  const { targetHref, guard, options } = patient;
  const { signal } = options;
  const poison = await findPoison(deps, targetHref, signal);
  if (poison.length === 0) return false;

  const tags = poison.map(({ pulp_href: href }) => href);
  const lists = [...new Set(poison.map(({ tagged_manifest: href }) => href))];
  guard();
  await pulp.waitForTask(await pulp.removeContent(targetHref, tags, options), signal);
  try {
    guard();
    await katello.waitForTask((await katello.importUnits(patient.repositoryId, lists, signal)).id, signal);
  } finally {
    await pulp.waitForTask(await pulp.addContent(targetHref, tags, { ...options, signal: undefined }));
  }
  deps.log.warn('lists made known to katello, whose index failed for them', {
    repositoryId: patient.repositoryId,
    tags: poison.map(({ name }) => name),
  });
  return true;
}

/** Tags of the latest version on lists that Katello does not know. */
async function findPoison({ pulp, katello }: CureDeps, targetHref: string, signal?: AbortSignal): Promise<Tag[]> {
  const [target] = await pulp.readRepositories([targetHref], signal);
  if (!target) return [];

  const [tags, manifests] = await Promise.all([
    pulp.listTags(target.latest_version_href, signal),
    pulp.listManifests(target.latest_version_href, signal),
  ]);
  const lists = manifests.map(toManifest).filter(({ kind }) => kind === 'list');
  const known = await katello.findManifestLists(
    lists.map(({ digest }) => digest),
    signal,
  );
  const unknown = new Set(lists.filter(({ digest }) => !known.has(digest)).map(({ href }) => href));
  return tags.filter(({ tagged_manifest: href }) => unknown.has(href));
}
