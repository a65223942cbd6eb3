/** Katello's `content_views`: create, show, publish. */
import { startPublishView } from '../actions/publish-view.ts';
import type { App } from '../app.ts';
import { validationFailure } from '../http/failure.ts';
import { type Answer, type Call, ok, textParam, toId } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { labelize } from '../rules/labels.ts';
import { canInOrganization } from '../rules/permissions.ts';
import type { ContentView } from '../state/rows.ts';
import { viewContentView } from '../views/content-view.ts';
import { notFound, requireOrganization } from './find.ts';
import { accepted, planned } from './tasks-support.ts';

const VIEWS = '/katello/api/content_views';

export function contentViewRoutes(app: App): Route[] {
  const scope = 'katello';
  return [
    {
      method: 'POST',
      pattern: VIEWS,
      scope,
      permissions: ['create_content_views'],
      handle: (call) => create(app, call),
    },
    {
      method: 'GET',
      pattern: `${VIEWS}/:id`,
      scope,
      permissions: ['view_content_views'],
      handle: (call) => ok(viewContentView(app, findView(app, call, 'view_content_views'))),
    },
    {
      method: 'POST',
      pattern: `${VIEWS}/:id/publish`,
      scope,
      permissions: ['publish_content_views'],
      handle: (call) => publish(app, call),
    },
  ];
}

function create(app: App, call: Call): Answer {
  const { world, store } = app;
  const organization = requireOrganization(call);
  const name = textParam(call, 'name') ?? '';
  if (world.contentViews.some((row) => row.organizationId === organization.id && row.name === name)) {
    throw validationFailure({ name: ['has already been taken'] });
  }
  const ids = call.param('repository_ids');
  const repositoryIds = Array.isArray(ids) ? ids.map(Number) : [];
  const at = app.now().toISOString();
  const view: ContentView = {
    id: store.nextId('contentViews'),
    organizationId: organization.id,
    name,
    label: textParam(call, 'label') ?? labelize(name),
    isDefault: false,
    description: textParam(call, 'description'),
    repositoryIds: world.repositories.map((row) => row.id).filter((id) => repositoryIds.includes(id)),
    createdAt: at,
    updatedAt: at,
  };
  world.contentViews.push(view);
  store.changed();
  return { status: 201, body: viewContentView(app, view) };
}

async function publish(app: App, call: Call): Promise<Answer> {
  const view = findView(app, call, 'publish_content_views');
  const task = await planned(app, () => startPublishView(app, view, call.user, call.requestId));
  return accepted(app, task);
}

function findView({ world }: App, call: Call, permission: string): ContentView {
  const id = textParam(call, 'id') ?? '';
  const view = world.contentViews.find((row) => row.id === toId(id));
  if (view === undefined || !canInOrganization(call.user, permission, view.organizationId)) {
    throw notFound('content_view', id, [permission]);
  }
  return view;
}
