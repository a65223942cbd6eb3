/** Repository::Update: a change of name or policy renames Pulp's repository at random and serves it again. */
import { randomInt } from 'node:crypto';
import { type App, checkBackends, pulpCallOf } from '../app.ts';
import { contextOf, getById } from '../state/find.ts';
import type { Repository, RootRepository, Task, User } from '../state/rows.ts';
import type { Action, Run } from '../tasks/engine.ts';
import { repositoryLinks, repositoryLock, repositorySubjects } from '../tasks/subjects.ts';
import { refreshDistribution } from './distribution.ts';
import { forgetProxies, startGenerateMetadata } from './generate-metadata.ts';
import { ACTIONS } from './labels.ts';

export type RootChanges = Partial<
  Pick<
    RootRepository,
    | 'name'
    | 'url'
    | 'dockerUpstreamName'
    | 'mirroringPolicy'
    | 'downloadPolicy'
    | 'description'
    | 'includeTags'
    | 'excludeTags'
  >
>;

/** A description alone is none of Pulp's business. */
const KATELLO_ONLY = new Set(['description', 'includeTags', 'excludeTags']);

export function updateRepositoryAction(app: App): Action {
  return { label: ACTIONS.updateRepository.label, run: (run) => updateRepository(app, run) };
}

async function updateRepository(app: App, run: Run): Promise<void> {
  if (run.task.plan['isForPulp'] !== true) return;
  const repository = getById(app.world.repositories, Number(run.task.plan['repositoryId']));

  await Promise.all([
    refreshDistribution(app, run, repository, 'update'),
    run.step('rename in pulp', async () => {
      const name = `${contextOf(app.world, repository).root.label}-${repository.id}${randomInt(9_999)}`;
      await app.pulp.renameRepository(repository.pulpHref ?? '', name, pulpCallOf(run));
    }),
  ]);
  await run.step('metadata', async () => {
    const requestId = String(run.task.plan['requestId']);
    await startGenerateMetadata(app, repository, run.user, requestId).catch(() => null);
    forgetProxies(app, repository);
  });
}

/** @throws BackendDown, LockConflict */
export async function startUpdateRepository(
  app: App,
  repository: Repository,
  changes: RootChanges,
  user: User,
  requestId: string,
): Promise<Task> {
  await checkBackends(app, ['pulp3', 'candlepin'], requestId);
  const { root } = contextOf(app.world, repository);
  return app.tasks.start({
    action: updateRepositoryAction(app),
    user,
    requestId,
    organizationId: null,
    verb: ACTIONS.updateRepository.verb,
    subjects: repositorySubjects(app.world, repository),
    input: { services_checked: ['pulp3', 'candlepin', 'candlepin_auth'], repository_id: repository.id },
    plan: { repositoryId: repository.id, isForPulp: Object.keys(changes).some((key) => !KATELLO_ONLY.has(key)) },
    links: repositoryLinks(app.world, repository),
    locks: [repositoryLock(repository)],
    whilePlanning: () => {
      Object.assign(root, changes);
      repository.updatedAt = app.now().toISOString();
    },
  });
}
