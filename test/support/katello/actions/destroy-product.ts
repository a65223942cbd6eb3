/** Product::Destroy: one task takes all repositories along, each as its own destroy would. */
import { type App, checkBackends } from '../app.ts';
import { versionNumber } from '../rules/version-name.ts';
import { getById, instancesOf, libraryRepositoriesOf } from '../state/find.ts';
import type { Product, Task, User } from '../state/rows.ts';
import type { Action, Run } from '../tasks/engine.ts';
import { PlanningRefused } from '../tasks/planning-refused.ts';
import { productLinks, productLock, productSubjects, repositoryLock } from '../tasks/subjects.ts';
import { deleteInPulp } from './destroy-repository.ts';
import { ACTIONS } from './labels.ts';
import { removeRepository } from './remove-rows.ts';

export function destroyProductAction(app: App): Action {
  return { label: ACTIONS.destroyProduct.label, run: (run) => destroyProduct(app, run) };
}

async function destroyProduct(app: App, run: Run): Promise<void> {
  const product = getById(app.world.products, Number(run.task.plan['productId']));
  await destroyRepositoriesOf(app, run, product);
  await run.step('candlepin', () => Promise.resolve(app.faults.runCandlepin()));
  await run.step('rows', () => {
    app.world.products = app.world.products.filter((row) => row.id !== product.id);
    app.store.changed();
    return Promise.resolve();
  });
}

/** Takes the product's repositories out of Pulp and out of the tables. */
export async function destroyRepositoriesOf(app: App, run: Run, product: Product): Promise<void> {
  for (const repository of libraryRepositoriesOf(app.world, product.id)) {
    for (const instance of instancesOf(app.world, repository)) {
      await deleteInPulp(app, run, instance, `repository ${instance.id}`);
      removeRepository(app, instance);
    }
  }
}

/** @throws BackendDown, LockConflict, PlanningRefused */
export async function startDestroyProduct(app: App, product: Product, user: User, requestId: string): Promise<Task> {
  await checkBackends(app, ['candlepin', 'pulp3'], requestId);
  const repositories = libraryRepositoriesOf(app.world, product.id);
  return app.tasks.start({
    action: destroyProductAction(app),
    user,
    requestId,
    organizationId: null,
    verb: ACTIONS.destroyProduct.verb,
    subjects: productSubjects(app.world, product),
    input: { services_checked: ['candlepin', 'candlepin_auth', 'pulp3'], product_id: product.id },
    plan: { productId: product.id },
    links: [...productLinks(app.world, product), ...repositories.map(repositoryLock)],
    locks: [productLock(product), ...repositories.map(repositoryLock)],
    whilePlanning: () => {
      const views = publishedIn(app, product);
      if (views.length > 0) {
        throw new PlanningRefused(
          `Cannot delete product with repositories published in a content view.  Product: ${product.name}, ${views.join(', ')}`,
        );
      }
    },
  });
}

/** `Content View cv: Versions: 1.0` for each view that a repository of the product was published in. */
function publishedIn({ world }: App, product: Product): string[] {
  const libraryIds = libraryRepositoriesOf(world, product.id).map((row) => row.id);
  const versionIds = world.repositories
    .filter((row) => row.libraryInstanceId !== null && libraryIds.includes(row.libraryInstanceId))
    .map((row) => row.contentViewVersionId);
  return world.contentViews.flatMap((view) => {
    const versions = world.contentViewVersions.filter(
      (version) => version.contentViewId === view.id && versionIds.includes(version.id),
    );
    return versions.length === 0
      ? []
      : [`Content View ${view.name}: Versions: ${versions.map(versionNumber).join(', ')}`];
  });
}
