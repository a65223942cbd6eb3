/** Product::Create: the row is saved while planning, Candlepin hears of it in steps. */
import { randomInt } from 'node:crypto';
import { type App, checkBackends } from '../app.ts';
import type { Organization, Product, Task, User } from '../state/rows.ts';
import type { Action } from '../tasks/engine.ts';
import { productLinks, productLock, productSubjects } from '../tasks/subjects.ts';
import { ACTIONS } from './labels.ts';

export function createProductAction(app: App): Action {
  return {
    label: ACTIONS.createProduct.label,
    run: async (run) => {
      await run.step('candlepin', () => Promise.resolve(app.faults.runCandlepin()));
    },
  };
}

/**
 * Adds the row and starts the task. The row becomes visible to others when planning is over, so that two creates at one
 * moment both pass the checks made before.
 *
 * @throws BackendDown
 */
export async function startCreateProduct(
  app: App,
  values: Pick<Product, 'name' | 'label' | 'description'>,
  organization: Organization,
  user: User,
  requestId: string,
): Promise<{ product: Product; task: Task }> {
  await checkBackends(app, ['candlepin'], requestId);
  const at = app.now().toISOString();
  const product: Product = {
    id: app.store.nextId('products'),
    organizationId: organization.id,
    ...values,
    cpId: String(randomInt(100_000_000_000, 999_999_999_999)),
    createdAt: at,
    updatedAt: at,
  };
  const subjects = productSubjects({ ...app.world }, product);
  const task = await app.tasks.start({
    action: createProductAction(app),
    user,
    requestId,
    organizationId: organization.id,
    verb: ACTIONS.createProduct.verb,
    subjects,
    input: { services_checked: ['candlepin', 'candlepin_auth'], cp_id: product.cpId },
    plan: { productId: product.id },
    links: productLinks(app.world, product),
    locks: [productLock(product)],
    onPlanned: () => app.world.products.push(product),
  });
  return { product, task };
}
