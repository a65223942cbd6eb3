/** PublishContainerRepositories: after a change of the name pattern, every repository of the environment is renamed. */
import { type App, checkBackends } from '../app.ts';
import { containerNameOf } from '../rules/repository-name.ts';
import { getById } from '../state/find.ts';
import type { Environment, Task, User } from '../state/rows.ts';
import type { Action, Run } from '../tasks/engine.ts';
import { environmentSubjects } from '../tasks/subjects.ts';
import { renameDistribution } from './distribution.ts';
import { forgetProxies, startGenerateMetadata } from './generate-metadata.ts';
import { ACTIONS } from './labels.ts';

export function publishEnvironmentAction(app: App): Action {
  return { label: ACTIONS.publishEnvironment.label, run: (run) => publishEnvironment(app, run) };
}

async function publishEnvironment(app: App, run: Run): Promise<void> {
  const environment = getById(app.world.environments, Number(run.task.plan['environmentId']));
  const repositories = app.world.repositories.filter(
    (row) => row.environmentId === environment.id && !getById(app.world.roots, row.rootId).isContainerPush,
  );
  await Promise.all(
    repositories.map(async (repository) => {
      repository.containerRepositoryName = containerNameOf(
        app.world,
        repository,
        environment.registryNamePattern,
        app.traits,
      );
      forgetProxies(app, repository);
      try {
        await renameDistribution(app, run, repository, `repository ${repository.id}`);
      } catch (error) {
        run.skip(error);
      }
      await startGenerateMetadata(app, repository, run.user, String(run.task.plan['requestId'])).catch(() => null);
    }),
  );
}

/** @throws BackendDown */
export async function startPublishEnvironment(
  app: App,
  environment: Environment,
  user: User,
  requestId: string,
): Promise<Task> {
  await checkBackends(app, ['pulp3'], requestId);
  return app.tasks.start({
    action: publishEnvironmentAction(app),
    user,
    requestId,
    organizationId: null,
    verb: ACTIONS.publishEnvironment.verb,
    subjects: environmentSubjects(environment),
    input: { services_checked: ['pulp3'], remote_user: 'admin', remote_cp_user: 'admin' },
    plan: { environmentId: environment.id },
    links: [{ resourceType: 'Katello::KTEnvironment', resourceId: environment.id }],
    locks: [{ resourceType: 'Katello::KTEnvironment', resourceId: environment.id }],
  });
}
