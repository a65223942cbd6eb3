/** Finding what a request names, for the eyes of its user: what is hidden is as good as absent. */
import type { App } from '../app.ts';
import { Failure, katelloFailure } from '../http/failure.ts';
import { type Call, textParam, toId } from '../http/request.ts';
import { canOnProduct, seesRepository } from '../rules/permissions.ts';
import { getById } from '../state/find.ts';
import type { Organization, Product, Repository } from '../state/rows.ts';

/** 404 of Katello's controllers. */
export function notFound(kind: string, id: string, permissions: readonly string[]): Failure {
  const missing = permissions.join(', ');
  return katelloFailure(
    404,
    `Could not find ${kind} resource with id ${id}. Potential missing permissions: ${missing}`,
  );
}

/** @throws Failure 404 */
export function findProduct(app: App, call: Call, parameter: string, permission: string): Product {
  const id = textParam(call, parameter) ?? '';
  const product = app.world.products.find((row) => row.id === toId(id));
  if (product === undefined || !canOnProduct(call.user, permission, product))
    throw notFound('product', id, [permission]);
  return product;
}

/** By its id, for looking at. @throws Failure 404 */
export function findVisibleRepository(app: App, call: Call): Repository {
  const id = textParam(call, 'id') ?? '';
  const repository = app.world.repositories.find((row) => row.id === toId(id));
  if (repository === undefined || !seesRepository(app.world, call.user, repository)) {
    throw notFound('repository', id, ['view_content_views', 'view_products']);
  }
  return repository;
}

/** By its id, for changing it. @throws Failure 404 */
export function findRepository(app: App, call: Call, permission: string): Repository {
  const id = textParam(call, 'id') ?? '';
  const repository = app.world.repositories.find((row) => row.id === toId(id));
  if (repository === undefined || !canOnProduct(call.user, permission, productOf(app, repository))) {
    throw notFound('repository', id, [permission]);
  }
  return repository;
}

function productOf({ world }: App, repository: Repository): Product {
  return getById(world.products, getById(world.roots, repository.rootId).productId);
}

/** The organization of the request. @throws Failure 404 when none was named */
export function requireOrganization(call: Call): Organization {
  if (call.organization === null) {
    throw katelloFailure(404, 'One of parameters [ organization_id ] required but not specified.');
  }
  return call.organization;
}

/** @throws Failure 400 when the request names another organization than the record's */
export function checkOrganization(call: Call, organizationId: number): void {
  if (call.organization !== null && call.organization.id !== organizationId) {
    throw katelloFailure(400, 'The requested resource does not belong to the specified Organization');
  }
}

/**
 * Refuses a body without any attribute of the record. An organization id alone is enough to pass.
 *
 * @throws Failure 400
 */
export function requireWrapper(call: Call, name: string, attributes: readonly string[]): void {
  const wrapped = call.body[name];
  const isWrapped = typeof wrapped === 'object' && wrapped !== null && Object.keys(wrapped).length > 0;
  if (isWrapped || attributes.some((attribute) => Object.hasOwn(call.body, attribute))) return;

  throw new Failure(400, 'katello', `Missing values for ${name}.`, null, {
    errors: [`param is missing or the value is empty: ${name}`],
  });
}
