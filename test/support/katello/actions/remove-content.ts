/** RemoveContent: takes images out of Pulp's repository and out of the index. It holds no lock. */
import { type App, checkBackends, pulpCallOf } from '../app.ts';
import { waitForPulpTask } from '../pulp/wait.ts';
import { getById } from '../state/find.ts';
import type { Manifest, Repository, Task, User } from '../state/rows.ts';
import type { Action, Run } from '../tasks/engine.ts';
import { PlanningRefused } from '../tasks/planning-refused.ts';
import { repositoryLink, repositorySubjects } from '../tasks/subjects.ts';
import { scheduleCapsuleSync } from './capsule-sync.ts';
import { generateMetadata } from './generate-metadata.ts';
import { ACTIONS } from './labels.ts';
import { saveCreatedVersion } from './versions.ts';

export function removeContentAction(app: App): Action {
  return { label: ACTIONS.removeContent.label, run: (run) => removeContent(app, run) };
}

async function removeContent(app: App, run: Run): Promise<void> {
  const { world } = app;
  const repository = getById(world.repositories, Number(run.task.plan['repositoryId']));
  const ids = run.task.plan['manifestIds'];
  const manifests = world.manifests.filter((row) => Array.isArray(ids) && ids.includes(row.id));
  const task = await run.step('remove', async () => {
    const hrefs = manifests.map((row) => row.pulpHref);
    return waitForPulpTask(app, run, await app.pulp.remove(repository.pulpHref ?? '', hrefs, pulpCallOf(run)));
  });
  await run.step('save version', () => saveCreatedVersion(app, run, repository, task.created_resources));
  await run.step('rows', () => {
    world.manifestLinks = world.manifestLinks.filter(
      (link) => link.repositoryId !== repository.id || !manifests.some((row) => row.id === link.unitId),
    );
    return Promise.resolve();
  });
  await generateMetadata(app, run, repository, 'metadata');
  await run.step('capsules', async () => {
    if (run.task.plan['syncsCapsules'] === true) await scheduleCapsuleSync(app, run, repository);
  });
}

/** @throws BackendDown, PlanningRefused when nothing removable is left */
export async function startRemoveContent(
  app: App,
  request: { repository: Repository; manifests: readonly Manifest[]; syncsCapsules: boolean },
  user: User,
  requestId: string,
): Promise<Task> {
  const { repository, syncsCapsules } = request;
  await checkBackends(app, ['pulp3'], requestId);
  const manifests = app.traits.removeKeepsTagged
    ? request.manifests.filter((row) => isFree(app, row))
    : request.manifests;
  return app.tasks.start({
    action: removeContentAction(app),
    user,
    requestId,
    organizationId: null,
    verb: ACTIONS.removeContent.verb,
    subjects: repositorySubjects(app.world, repository),
    input: { services_checked: ['pulp3'] },
    plan: { repositoryId: repository.id, manifestIds: manifests.map((row) => row.id), syncsCapsules },
    links: [repositoryLink(repository)],
    locks: [],
    whilePlanning: () => {
      if (manifests.length === 0) {
        throw new PlanningRefused('No docker manifests to delete after ignoring manifests with tags or manifest lists');
      }
    },
  });
}

/** Has it no tag and no list? Tag rows of any repository count, those that nobody links any more too. */
function isFree({ world }: App, manifest: Manifest): boolean {
  return (
    !world.tags.some((tag) => tag.manifestId === manifest.id) &&
    !world.manifests.some((row) => row.memberIds.includes(manifest.id))
  );
}
