/** CreateRoot: rows while planning, then Pulp's repository and Candlepin's content, then MetadataGenerate on its own. */
import { randomInt, randomUUID } from 'node:crypto';
import { type App, checkBackends, pulpCallOf, systemUser } from '../app.ts';
import { contextOf, defaultViewOf, getById, libraryOf, versionsOf } from '../state/find.ts';
import type { Product, Repository, RootRepository, Task, User } from '../state/rows.ts';
import type { Action, Run } from '../tasks/engine.ts';
import { repositoryLinks, repositoryLock, repositorySubjects } from '../tasks/subjects.ts';
import { startGenerateMetadata } from './generate-metadata.ts';
import { ACTIONS } from './labels.ts';

const FIRST_CONTENT_ID = 1_700_000_000_000;

export function createRepositoryAction(app: App): Action {
  return { label: ACTIONS.createRepository.label, run: (run) => createRepository(app, run) };
}

async function createRepository(app: App, run: Run): Promise<void> {
  const repository = getById(app.world.repositories, Number(run.task.plan['repositoryId']));
  await run.step('pulp', () => createInPulp(app, run, repository));
  await run.step('candlepin', () => {
    app.faults.runCandlepin();
    getById(app.world.roots, repository.rootId).contentId = String(FIRST_CONTENT_ID + repository.id);
    return Promise.resolve();
  });
  await run.step('metadata', async () => {
    // a failure to plan it is not this task's
    await startGenerateMetadata(app, repository, systemUser(app), String(run.task.plan['requestId'])).catch(() => null);
  });
}

/** Makes the Pulp repository under a name that only its href will outlive. */
async function createInPulp(app: App, run: Run, repository: Repository): Promise<void> {
  const call = pulpCallOf(run);
  const { root } = contextOf(app.world, repository);
  const row = await app.pulp.createRepository(`${root.label}-${repository.id}${randomInt(9_999)}`, call);
  const version = `${row.pulp_href}versions/0/`;
  if (app.traits.savesPrns) await app.pulp.readVersionPrn(version, call);
  repository.pulpHref = row.pulp_href;
  repository.versionHref = version;
  repository.lastContentsChanged = app.now().toISOString();
  repository.updatedAt = app.now().toISOString();
  app.store.changed();
}

export type RootValues = Omit<RootRepository, 'id' | 'productId' | 'contentId' | 'isContainerPush'>;

/** Drafts the rows; `add` puts them into the world. */
export function draftRepository(
  app: App,
  product: Product,
  values: RootValues,
  containerName: string,
  relativePath: string,
): { root: RootRepository; repository: Repository } {
  const at = app.now().toISOString();
  const view = defaultViewOf(app.world, product.organizationId);
  const [version] = versionsOf(app.world, view.id);
  const root: RootRepository = {
    id: app.store.nextId('roots'),
    productId: product.id,
    ...values,
    contentId: null,
    isContainerPush: false,
  };
  const repository: Repository = {
    id: app.store.nextId('repositories'),
    rootId: root.id,
    libraryInstanceId: null,
    environmentId: libraryOf(app.world, product.organizationId).id,
    contentViewVersionId: version?.id ?? 0,
    backendIdentifier: randomUUID(),
    relativePath,
    containerRepositoryName: containerName,
    pulpHref: null,
    versionHref: null,
    distributionHref: null,
    lastContentsChanged: at,
    createdAt: at,
    updatedAt: at,
  };
  return { root, repository };
}

/**
 * Starts the task. As with products, the rows are seen by others only when planning is over.
 *
 * @throws BackendDown: nothing is left behind
 */
export async function startCreateRepository(
  app: App,
  rows: { root: RootRepository; repository: Repository },
  user: User,
  requestId: string,
): Promise<Task> {
  await checkBackends(app, ['pulp3', 'candlepin'], requestId);
  const { root, repository } = rows;
  const draft = { ...app.world, roots: [...app.world.roots, root], repositories: [repository] };
  return app.tasks.start({
    action: createRepositoryAction(app),
    user,
    requestId,
    organizationId: null,
    verb: ACTIONS.createRepository.verb,
    subjects: repositorySubjects(draft, repository),
    input: { services_checked: ['pulp3', 'candlepin', 'candlepin_auth'] },
    plan: { repositoryId: repository.id },
    links: repositoryLinks(draft, repository),
    locks: [repositoryLock(repository)],
    onPlanned: () => {
      app.world.roots.push(root);
      app.world.repositories.push(repository);
    },
  });
}
