/**
 * Makes Katello save, index and serve what was prepared in its Pulp repository, and reads back whether it does. Not "the
 * task finished" but "what was pushed is what a pull gets".
 */
import { TaskFailedError } from '../errors.ts';
import { readVersionRef } from '../pulp/href.ts';
import { explainRefusal } from './busy.ts';
import type { ReconcileDeps } from './deps.ts';

/** What a pull must find after a publish. */
export interface Expected {
  readonly repositoryId: number;
  /** number of the version in Katello's Pulp repository */
  readonly version: number;
  /** digest by tag; null for a tag that must be gone */
  readonly tags: ReadonlyMap<string, string | null>;
}

/** Katello 4.19 and 4.20 do not wait for the distribution to switch. */
const SERVED_GAPS_MS = [0, 500, 1000, 2000, 4000];
const TAGS_PER_CALL = 50;

/**
 * Publishes the latest version of the repository and waits for the task.
 *
 * @throws E_BUSY when a task holds the repository; E_TASK_FAILED, also for a task that ended in `warning`
 */
export async function publish(
  deps: ReconcileDeps,
  repositoryId: number,
  upload: { readonly tag: string; readonly digest: string },
  signal?: AbortSignal,
): Promise<void> {
  const task = await deps.katello.importTag(repositoryId, upload, signal).catch(async (error: unknown) => {
    throw await explainRefusal(deps.katello, repositoryId, error, signal);
  });
  await deps.katello.waitForTask(task.id, signal);
}

/**
 * Reads back: Katello saved the expected version, lists the changed tags, and its distribution serves that version.
 *
 * @returns what to pull: Katello's registry host and container name
 * @throws E_TASK_FAILED saying what differs
 */
export async function verify(deps: ReconcileDeps, expected: Expected, signal?: AbortSignal): Promise<string> {
  const repository = await deps.katello.findRepository(expected.repositoryId, signal);
  if (!repository?.version_href) throw differs(expected, 'the repository is gone');

  const saved = readVersionRef(repository.version_href);
  if (saved.number !== expected.version) {
    throw differs(expected, `Katello saved version ${saved.number} instead of ${expected.version}`);
  }
  await verifyTags(deps, expected, signal);
  await verifyServed(deps, expected, repository.container_repository_name ?? '', repository.version_href, signal);
  return repository.full_path ?? '';
}

async function verifyTags({ katello }: ReconcileDeps, expected: Expected, signal?: AbortSignal): Promise<void> {
  const names = [...expected.tags.keys()];
  for (let start = 0; start < names.length; start += TAGS_PER_CALL) {
    const { digests } = await katello.findTags(
      expected.repositoryId,
      names.slice(start, start + TAGS_PER_CALL),
      signal,
    );
    for (const name of names.slice(start, start + TAGS_PER_CALL)) {
      const found = digests.get(name) ?? null;
      const wanted = expected.tags.get(name) ?? null;
      if (found !== wanted) throw differs(expected, `tag ${name} is ${found ?? 'not listed'}, not ${wanted ?? 'gone'}`);
    }
  }
}

async function verifyServed(
  deps: ReconcileDeps,
  expected: Expected,
  basePath: string,
  versionHref: string,
  signal?: AbortSignal,
): Promise<void> {
  let served: string | null = null;
  for (const gapMs of SERVED_GAPS_MS) {
    if (gapMs > 0) await deps.delay(gapMs, signal);
    const distribution = await deps.pulp.findDistribution(basePath, signal);
    if (distribution?.repository_version === versionHref && !distribution.repository) return;
    served = distribution?.repository ?? distribution?.repository_version ?? null;
  }
  throw differs(expected, `${basePath} serves ${served ?? 'nothing'} instead of ${versionHref}`);
}

function differs({ repositoryId }: Expected, detail: string): TaskFailedError {
  return new TaskFailedError('katello', `that published repository ${repositoryId}`, detail);
}
