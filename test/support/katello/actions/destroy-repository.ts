/** Repository::Destroy: the distribution and, of a library instance, Pulp's repository; copies in tasks of their own. */
import { type App, checkBackends, pulpCallOf } from '../app.ts';
import { waitForPulpTask } from '../pulp/wait.ts';
import { contextOf, getById, instancesOf } from '../state/find.ts';
import type { Repository, Task, User } from '../state/rows.ts';
import type { Action, Run } from '../tasks/engine.ts';
import { PlanningRefused } from '../tasks/planning-refused.ts';
import { repositoryLinks, repositoryLock, repositorySubjects } from '../tasks/subjects.ts';
import { ACTIONS } from './labels.ts';
import { removeRepository } from './remove-rows.ts';

export function destroyRepositoryAction(app: App): Action {
  return { label: ACTIONS.destroyRepository.label, run: (run) => destroyRepository(app, run) };
}

async function destroyRepository(app: App, run: Run): Promise<void> {
  const repository = getById(app.world.repositories, Number(run.task.plan['repositoryId']));
  await deleteInPulp(app, run, repository, 'pulp');
  if (repository.libraryInstanceId === null) await destroyCopies(app, run, repository);
  await run.step('candlepin', () => {
    app.faults.runCandlepin();
    getById(app.world.roots, repository.rootId).contentId = null;
    return Promise.resolve();
  });
  await run.step('rows', () => {
    removeRepository(app, repository);
    return Promise.resolve();
  });
}

/** Steps that take the instance out of Pulp; what is gone already is no failure. */
export async function deleteInPulp(app: App, run: Run, repository: Repository, key: string): Promise<void> {
  const call = pulpCallOf(run);
  await run.step(`${key} distribution`, async () => {
    if (repository.distributionHref === null) return;
    const task = await app.pulp.deleteIfThere(repository.distributionHref, call);
    if (task !== null && app.traits.waitsForDistributionDelete) await waitForPulpTask(app, run, task);
  });
  await run.step(`${key} repository`, async () => {
    const { root } = contextOf(app.world, repository);
    if (repository.pulpHref === null || repository.libraryInstanceId !== null || root.isContainerPush) return;
    const task = await app.pulp.deleteIfThere(repository.pulpHref, call);
    if (task !== null) await waitForPulpTask(app, run, task);
  });
}

async function destroyCopies(app: App, run: Run, repository: Repository): Promise<void> {
  for (const copy of instancesOf(app.world, repository).filter((row) => row.id !== repository.id)) {
    await run.step(`copy ${copy.id}`, async () => {
      const task = await startDestroyRepository(
        app,
        copy,
        true,
        run.user,
        String(run.task.plan['requestId']),
        run.task.id,
      );
      await app.tasks.wait(task, 60_000);
    });
  }
}

/**
 * @param removesCopies take it out of published content view versions too
 * @throws BackendDown, LockConflict, PlanningRefused for a published repository
 */
export async function startDestroyRepository(
  app: App,
  repository: Repository,
  removesCopies: boolean,
  user: User,
  requestId: string,
  parentTaskId?: string,
): Promise<Task> {
  await checkBackends(app, ['pulp3', 'candlepin'], requestId);
  const isCopy = repository.libraryInstanceId !== null;
  return app.tasks.start({
    action: destroyRepositoryAction(app),
    user,
    requestId,
    organizationId: null,
    verb: ACTIONS.destroyRepository.verb,
    subjects: repositorySubjects(app.world, repository),
    input: {
      services_checked: ['pulp3', 'candlepin', 'candlepin_auth'],
      user_id: user.id,
      affected_cvv_ids: isCopy
        ? []
        : instancesOf(app.world, repository).flatMap((row) =>
            row.id === repository.id ? [] : [row.contentViewVersionId],
          ),
      docker_cleanup: true,
      remote_user: 'admin',
      remote_cp_user: 'admin',
    },
    plan: { repositoryId: repository.id },
    links: repositoryLinks(app.world, repository),
    locks: [repositoryLock(repository)],
    ...(parentTaskId === undefined ? {} : { parentTaskId }),
    whilePlanning: () => {
      if (!isCopy && !removesCopies && instancesOf(app.world, repository).length > 1)
        throw new PlanningRefused(PUBLISHED);
    },
  });
}

const PUBLISHED =
  'Repository cannot be deleted since it has already been included in a published Content View. Please delete all Content View versions containing this repository before attempting to delete it or use --remove-from-content-view-versions flag to automatically remove the repository from all published versions.';
