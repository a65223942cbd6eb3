/** MetadataGenerate: the task behind every create, rename and republish that sees to the distribution. */
import { type App, checkBackends } from '../app.ts';
import { getById } from '../state/find.ts';
import type { Repository, Task, User } from '../state/rows.ts';
import type { Action, Run } from '../tasks/engine.ts';
import { repositoryLink, repositorySubjects } from '../tasks/subjects.ts';
import { refreshDistribution } from './distribution.ts';
import { ACTIONS } from './labels.ts';
import { checkNotPublishing } from './publishing.ts';

export function generateMetadataAction(app: App): Action {
  return {
    label: ACTIONS.generateMetadata.label,
    run: async (run) => {
      const repository = getById(app.world.repositories, Number(run.task.plan['repositoryId']));
      await generateMetadata(app, run, repository, 'metadata');
    },
  };
}

/** The steps of MetadataGenerate, for actions that contain it. */
export async function generateMetadata(app: App, run: Run, repository: Repository, key: string): Promise<void> {
  await run.step(`${key} forget proxies`, () => {
    forgetProxies(app, repository);
    return Promise.resolve();
  });
  await refreshDistribution(app, run, repository, key);
}

/**
 * Starts the task; it takes no lock.
 *
 * @throws BackendDown, PublishRunning
 */
export async function startGenerateMetadata(
  app: App,
  repository: Repository,
  user: User,
  requestId: string,
): Promise<Task> {
  await checkBackends(app, ['pulp3'], requestId);
  return app.tasks.start({
    action: generateMetadataAction(app),
    user,
    requestId,
    organizationId: null,
    verb: ACTIONS.generateMetadata.verb,
    subjects: repositorySubjects(app.world, repository),
    input: { services_checked: ['pulp3'] },
    plan: { repositoryId: repository.id },
    links: [repositoryLink(repository)],
    locks: [],
    whilePlanning: () => checkNotPublishing(app, repository),
  });
}

/** Forgets which proxies have the repository's content. */
export function forgetProxies({ world, store }: App, repository: Repository): void {
  for (const proxy of world.proxies) {
    proxy.syncedRepositoryIds = proxy.syncedRepositoryIds.filter((id) => id !== repository.id);
  }
  store.changed();
}
