/** Katello's `products`. */
import { startCreateProduct } from '../actions/create-product.ts';
import { startDestroyProduct } from '../actions/destroy-product.ts';
import type { App } from '../app.ts';
import { katelloPage } from '../http/envelope.ts';
import { validationFailure } from '../http/failure.ts';
import { type Answer, type Call, ok, textParam } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { labelize, labelProblems, nameProblems } from '../rules/labels.ts';
import { canOnProduct } from '../rules/permissions.ts';
import type { SearchFields } from '../rules/search.ts';
import type { Product } from '../state/rows.ts';
import { viewProduct, viewProductRow } from '../views/product.ts';
import { checkOrganization, findProduct, requireOrganization, requireWrapper } from './find.ts';
import { accepted, finished, planned } from './tasks-support.ts';

export function productRoutes(app: App): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/katello/api/products',
      scope: 'katello',
      permissions: ['view_products'],
      handle: (call) => index(app, call),
    },
    {
      method: 'POST',
      pattern: '/katello/api/products',
      scope: 'katello',
      permissions: ['create_products'],
      handle: (call) => create(app, call),
    },
    {
      method: 'GET',
      pattern: '/katello/api/products/:id',
      scope: 'katello',
      permissions: ['view_products'],
      handle: (call) => show(app, call),
    },
    {
      method: 'DELETE',
      pattern: '/katello/api/products/:id',
      scope: 'katello',
      permissions: ['destroy_products'],
      handle: (call) => destroy(app, call),
    },
  ];
}

const SEARCH: SearchFields<Product> = {
  name: { values: (row) => [row.name] },
  label: { values: (row) => [row.label] },
  description: { values: (row) => [row.description] },
  organization_id: { values: (row) => [row.organizationId], isExplicitOnly: true },
  redhat: { values: () => [false], isExplicitOnly: true },
};

const ATTRIBUTES = ['name', 'label', 'description', 'organization_id', 'sync_plan_id', 'gpg_key_id', 'product'];

function index(app: App, call: Call): Answer {
  const organization = requireOrganization(call);
  const name = textParam(call, 'name');
  const rows = app.world.products.filter(
    (product) =>
      product.organizationId === organization.id &&
      canOnProduct(call.user, 'view_products', product) &&
      (name === null || product.name === name),
  );
  const page = katelloPage(
    {
      call,
      rows,
      search: SEARCH,
      sorting: {
        by: 'name',
        order: 'asc',
        fields: { name: (row) => row.name, label: (row) => row.label },
        id: (row) => row.id,
      },
      tableSize: app.world.products.length,
    },
    app.traits,
  );
  return ok({ ...page.envelope, results: page.rows.map((row) => viewProductRow(app, row)) });
}

function show(app: App, call: Call): Answer {
  const product = findProduct(app, call, 'id', 'view_products');
  checkOrganization(call, product.organizationId);
  return ok(viewProduct(app, product, call.user));
}

async function destroy(app: App, call: Call): Promise<Answer> {
  const product = findProduct(app, call, 'id', 'destroy_products');
  const task = await planned(app, () => startDestroyProduct(app, product, call.user, call.requestId));
  return accepted(app, task);
}

async function create(app: App, call: Call): Promise<Answer> {
  const organization = requireOrganization(call);
  requireWrapper(call, 'product', ATTRIBUTES);
  const name = textParam(call, 'name');
  const label = textParam(call, 'label') ?? (name === null ? null : labelize(name));
  checkValues(app, organization.id, name, label);

  const { product, task } = await planned(app, () =>
    startCreateProduct(
      app,
      { name: name ?? '', label: label ?? '', description: textParam(call, 'description') },
      organization,
      call.user,
      call.requestId,
    ),
  );
  await finished(app, task);
  return { status: 201, body: viewProduct(app, product, call.user) };
}

/** @throws Failure 422 */
function checkValues({ world }: App, organizationId: number, name: string | null, label: string | null): void {
  const others = world.products.filter((product) => product.organizationId === organizationId);
  const taken = 'has already been taken for a product in this organization.';
  const problems = {
    name: [...nameProblems(name), ...(others.some((product) => product.name === name) ? [taken] : [])],
    label: [...labelProblems(label), ...(others.some((product) => product.label === label) ? [taken] : [])],
  };
  const attributes = Object.fromEntries(Object.entries(problems).filter(([, texts]) => texts.length > 0));
  if (Object.keys(attributes).length > 0) throw validationFailure(attributes);
}
