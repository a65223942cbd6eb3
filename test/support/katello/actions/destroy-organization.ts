/** Organization::Destroy: views first, then products with their repositories, then the organization. */
import { type App, checkBackends } from '../app.ts';
import { getById } from '../state/find.ts';
import type { Organization, Task, User } from '../state/rows.ts';
import type { Action, Run } from '../tasks/engine.ts';
import { destroyRepositoriesOf } from './destroy-product.ts';
import { ACTIONS } from './labels.ts';

export function destroyOrganizationAction(app: App): Action {
  return { label: ACTIONS.destroyOrganization.label, run: (run) => destroyOrganization(app, run) };
}

async function destroyOrganization(app: App, run: Run): Promise<void> {
  const { world, store } = app;
  const { id } = getById(world.organizations, Number(run.task.plan['organizationId']));
  for (const product of world.products.filter((row) => row.organizationId === id)) {
    await destroyRepositoriesOf(app, run, product);
    world.products = world.products.filter((row) => row.id !== product.id);
  }
  await run.step('rows', () => {
    const views = world.contentViews.filter((row) => row.organizationId === id).map((row) => row.id);
    world.contentViewVersions = world.contentViewVersions.filter((row) => !views.includes(row.contentViewId));
    world.contentViews = world.contentViews.filter((row) => row.organizationId !== id);
    world.environments = world.environments.filter((row) => row.organizationId !== id);
    world.organizations = world.organizations.filter((row) => row.id !== id);
    for (const user of world.users) user.organizationIds = user.organizationIds.filter((other) => other !== id);
    store.changed();
    return Promise.resolve();
  });
}

/** @throws BackendDown, LockConflict */
export async function startDestroyOrganization(
  app: App,
  organization: Organization,
  user: User,
  requestId: string,
): Promise<Task> {
  await checkBackends(app, ['pulp3', 'candlepin'], requestId);
  const { id, name, label } = organization;
  const link = { resourceType: 'Organization', resourceId: id };
  const repositories = app.world.repositories.filter(
    (row) => row.libraryInstanceId === null && isIn(app, row.rootId, id),
  );
  return app.tasks.start({
    action: destroyOrganizationAction(app),
    user,
    requestId,
    organizationId: null,
    verb: ACTIONS.destroyOrganization.verb,
    subjects: {
      sentence: `organization '${name}'`,
      humanizedInput: [['organization', { text: `organization '${name}'`, link: `/organizations/${id}/edit` }]],
      input: { organization: { id, name, label } },
    },
    input: { services_checked: ['pulp3', 'candlepin', 'candlepin_auth'] },
    plan: { organizationId: id },
    links: [link, ...repositories.map((row) => ({ resourceType: 'Katello::Repository', resourceId: row.id }))],
    locks: [link],
  });
}

function isIn({ world }: App, rootId: number, organizationId: number): boolean {
  return getById(world.products, getById(world.roots, rootId).productId).organizationId === organizationId;
}
