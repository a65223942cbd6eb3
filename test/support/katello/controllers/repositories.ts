/** Katello's `repositories`: index, show, create. */
import { draftRepository, startCreateRepository } from '../actions/create-repository.ts';
import type { App } from '../app.ts';
import { katelloPage } from '../http/envelope.ts';
import { katelloFailure, validationFailure } from '../http/failure.ts';
import { type Answer, type Call, flagParam, idParam, ok, textParam } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { labelize } from '../rules/labels.ts';
import { canOnProduct, seesRepository } from '../rules/permissions.ts';
import { newContainerName } from '../rules/repository-name.ts';
import { containerNameProblems, relativePathOf, rootProblems } from '../rules/repository-values.ts';
import type { SearchFields } from '../rules/search.ts';
import { settingValue } from '../rules/settings.ts';
import { contextOf, defaultViewOf, getById, libraryOf, versionsOf } from '../state/find.ts';
import type { Product, Repository } from '../state/rows.ts';
import { viewCreatedRepository, viewRepository, viewRepositoryRow } from '../views/repository.ts';
import { checkOrganization, findProduct, findVisibleRepository, notFound, requireWrapper } from './find.ts';
import { finished, planned } from './tasks-support.ts';

const VIEWERS = ['view_content_views', 'view_products'];
const CONTENT_TYPES = ['docker', 'file', 'yum'];

export function repositoryRoutes(app: App): Route[] {
  return [
    {
      method: 'GET',
      pattern: '/katello/api/repositories',
      scope: 'katello',
      permissions: VIEWERS,
      handle: (call) => index(app, call),
    },
    {
      method: 'POST',
      pattern: '/katello/api/repositories',
      scope: 'katello',
      permissions: ['edit_products'],
      handle: (call) => create(app, call),
    },
    {
      method: 'GET',
      pattern: '/katello/api/repositories/repository_types',
      scope: 'katello',
      permissions: ['view_products'],
      handle: () => ok(CONTENT_TYPES.map((name) => ({ name, id: name, creatable: true, pulp3_support: true }))),
    },
    {
      method: 'GET',
      pattern: '/katello/api/repositories/:id',
      scope: 'katello',
      permissions: VIEWERS,
      handle: (call) => show(app, call),
    },
  ];
}

function index(app: App, call: Call): Answer {
  checkContentType(textParam(call, 'content_type'), true);
  const page = katelloPage(
    {
      call,
      rows: selected(app, call),
      search: searchFields(app),
      sorting: {
        by: 'name',
        order: 'asc',
        fields: {
          name: (row) => contextOf(app.world, row).root.name,
          label: (row) => contextOf(app.world, row).root.label,
          product_name: (row) => contextOf(app.world, row).product.name,
        },
        id: (row) => row.id,
      },
      tableSize: app.world.repositories.length,
    },
    app.traits,
  );
  const organizationId = call.organization?.id ?? productOfFilter(app, call)?.organizationId ?? null;
  const count = organizationId === null ? {} : { org_repository_count: libraryInstances(app, organizationId).length };
  return ok({ ...page.envelope, results: page.rows.map((row) => viewRepositoryRow(app, row)), ...count });
}

/** The product that the listing is narrowed to. @throws Failure 404 */
function productOfFilter(app: App, call: Call): Product | null {
  return idParam(call, 'product_id') === null ? null : findProduct(app, call, 'product_id', 'view_products');
}

/** Rows that the filters leave, before the search. */
function selected(app: App, call: Call): Repository[] {
  const { world } = app;
  const productId = productOfFilter(app, call)?.id ?? null;
  const filters: Readonly<Record<string, (row: Repository, value: string) => boolean>> = {
    name: (row, value) => contextOf(world, row).root.name === value,
    label: (row, value) => contextOf(world, row).root.label === value,
    content_type: (row, value) => contextOf(world, row).root.contentType === value,
    download_policy: (row, value) => contextOf(world, row).root.downloadPolicy === value,
    content_view_version_id: (row, value) => row.contentViewVersionId === Number(value),
    content_view_id: (row, value) => contextOf(world, row).contentView.id === Number(value),
  };
  return inEnvironment(app, call).filter((row) => {
    const { organization, product } = contextOf(world, row);
    return (
      seesRepository(world, call.user, row) &&
      (call.organization === null || organization.id === call.organization.id) &&
      (productId === null || product.id === productId) &&
      Object.entries(filters).every(([name, accepts]) => {
        const value = textParam(call, name);
        return value === null || value === '' || accepts(row, value);
      })
    );
  });
}

/** Without environment and content view: library instances only. */
function inEnvironment({ world }: App, call: Call): Repository[] {
  const environmentId = idParam(call, 'environment_id');
  if (environmentId !== null) {
    const inside = world.repositories.filter((row) => row.environmentId === environmentId);
    if (flagParam(call, 'library') !== true) return inside;
    const ids = new Set(inside.map((row) => row.libraryInstanceId ?? row.id));
    return world.repositories.filter((row) => ids.has(row.id));
  }
  const isOfView = textParam(call, 'content_view_id') !== null || textParam(call, 'content_view_version_id') !== null;
  return isOfView ? world.repositories : world.repositories.filter((row) => row.libraryInstanceId === null);
}

function libraryInstances({ world }: App, organizationId: number): Repository[] {
  const [version] = versionsOf(world, defaultViewOf(world, organizationId).id);
  return world.repositories.filter((row) => row.contentViewVersionId === version?.id);
}

function searchFields({ world }: App): SearchFields<Repository> {
  const text = (value: (context: ReturnType<typeof contextOf>) => string | number | null, isExplicitOnly = false) => ({
    values: (row: Repository) => [value(contextOf(world, row))],
    isExplicitOnly,
  });
  return {
    name: text(({ root }) => root.name),
    label: text(({ root }) => root.label),
    product: text(({ product }) => product.name),
    product_name: text(({ product }) => product.name),
    product_id: text(({ product }) => product.id, true),
    content_type: text(({ root }) => root.contentType),
    container_repository_name: text(({ repository }) => repository.containerRepositoryName),
    description: text(({ root }) => root.description),
    download_policy: text(({ root }) => root.downloadPolicy, true),
    content_view_id: text(({ contentView }) => contentView.id, true),
    content_label: text(
      ({ organization, product, root }) => `${organization.label}_${product.label}_${root.label}`,
      true,
    ),
    redhat: { values: () => [false], isExplicitOnly: true },
  };
}

function show(app: App, call: Call): Answer {
  const repository = findVisibleRepository(app, call);
  checkOrganization(call, contextOf(app.world, repository).organization.id);
  return ok(viewRepository(app, repository, call.user));
}

async function create(app: App, call: Call): Promise<Answer> {
  const product = findEditableProduct(app, call);
  requireWrapper(call, 'repository', ['name', 'label', 'product_id', 'content_type', 'url', 'description']);
  const contentType = checkContentType(textParam(call, 'content_type'), false);
  const url = blankToNull(textParam(call, 'url'));
  if (url !== null && hasUserInfo(url)) {
    throw katelloFailure(
      500,
      'Do not include the username/password in the URL. Use the username/password settings instead.',
    );
  }
  const name = textParam(call, 'name');
  const values = {
    name: name ?? '',
    label: textParam(call, 'label') ?? (name === null ? '' : labelize(name)),
    description: textParam(call, 'description'),
    contentType,
    url,
    dockerUpstreamName: blankToNull(textParam(call, 'docker_upstream_name')),
    mirroringPolicy:
      textParam(call, 'mirroring_policy') ?? String(settingValue(app.world, 'default_non_yum_mirroring_policy')),
    downloadPolicy: textParam(call, 'download_policy') ?? String(settingValue(app.world, 'default_download_policy')),
    includeTags: listOr(call.param('include_tags'), []),
    excludeTags: listOr(call.param('exclude_tags'), ['*-source']),
    isUnprotected: flagParam(call, 'unprotected') ?? true,
  };
  refuseProblems(
    rootProblems(app.world, product, { ...values, name, label: values.label === '' ? null : values.label }),
  );

  const containerName = newContainerName(app.world, product, values, app.traits);
  const library = libraryOf(app.world, product.organizationId);
  refuseProblems(
    containerNameProblems(app.world, app.traits, { name: values.name, containerName, environmentName: library.name }),
  );
  const organization = getById(app.world.organizations, product.organizationId);
  const rows = draftRepository(
    app,
    product,
    values,
    containerName,
    relativePathOf(organization.label, product.label, values.label),
  );
  const task = await planned(app, () => startCreateRepository(app, rows, call.user, call.requestId));
  await finished(app, task);
  return { status: 201, body: viewCreatedRepository(app, rows.repository, call.user) };
}

function findEditableProduct(app: App, call: Call): Product {
  const id = textParam(call, 'product_id') ?? '';
  const product = app.world.products.find((row) => row.id === Number(id));
  if (product === undefined || !canOnProduct(call.user, 'edit_products', product)) {
    throw notFound('product', id, ['edit_products']);
  }
  return product;
}

/** @throws Failure 422 */
function checkContentType(value: string | null, mayBeAbsent: boolean): string {
  if (value === null && mayBeAbsent) return '';
  if (value !== null && CONTENT_TYPES.includes(value)) return value;
  throw katelloFailure(422, `Invalid params provided - content_type must be one of ${CONTENT_TYPES.join(',')}`);
}

function refuseProblems(problems: Readonly<Record<string, readonly string[]>>): void {
  if (Object.keys(problems).length > 0) throw validationFailure(problems);
}

function blankToNull(text: string | null): string | null {
  return text === null || text.trim() === '' ? null : text;
}

function hasUserInfo(url: string): boolean {
  return URL.canParse(url) && new URL(url).username !== '';
}

function listOr(value: unknown, fallback: string[]): string[] {
  return Array.isArray(value) ? value.map(String) : fallback;
}
