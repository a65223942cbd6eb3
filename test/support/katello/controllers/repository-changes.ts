/** Katello's `repositories`: update, destroy, republish and the other member calls. */
import { startDestroyRepository } from '../actions/destroy-repository.ts';
import { startGenerateMetadata } from '../actions/generate-metadata.ts';
import { startRemoveContent } from '../actions/remove-content.ts';
import { type RootChanges, startUpdateRepository } from '../actions/update-repository.ts';
import type { App } from '../app.ts';
import { katelloFailure, validationFailure } from '../http/failure.ts';
import { type Answer, type Call, flagParam, ok, textParam } from '../http/request.ts';
import type { Route } from '../http/routes.ts';
import { rootProblems } from '../rules/repository-values.ts';
import { settingValue, storedSetting } from '../rules/settings.ts';
import { contextOf, instancesOf } from '../state/find.ts';
import { viewRepository } from '../views/repository.ts';
import { findRepository, requireWrapper } from './find.ts';
import { accepted, finished, planned } from './tasks-support.ts';

export function repositoryChangeRoutes(app: App): Route[] {
  const route = (
    method: Route['method'],
    action: string,
    permission: string,
    handle: (call: Call) => Answer | Promise<Answer>,
  ): Route => ({
    method,
    pattern: `/katello/api/repositories/:id${action}`,
    scope: 'katello',
    permissions: [permission],
    handle,
  });
  return [
    route('PUT', '', 'edit_products', (call) => update(app, call)),
    route('DELETE', '', 'destroy_products', (call) => destroy(app, call)),
    route('PUT', '/republish', 'edit_products', (call) => republish(app, call)),
    route('PUT', '/remove_content', 'edit_products', (call) => removeContent(app, call)),
    route('POST', '/sync', 'sync_products', (call) => sync(app, call)),
    route('POST', '/content_uploads', 'edit_products', (call) => createUpload(app, call)),
    route('POST', '/upload_content', 'edit_products', (call) => uploadContent(app, call)),
    route('POST', '/reclaim_space', 'edit_products', (call) => reclaimSpace(app, call)),
  ];
}

const CHANGEABLE: Readonly<Record<string, keyof RootChanges>> = {
  name: 'name',
  description: 'description',
  url: 'url',
  docker_upstream_name: 'dockerUpstreamName',
  mirroring_policy: 'mirroringPolicy',
  download_policy: 'downloadPolicy',
};

async function update(app: App, call: Call): Promise<Answer> {
  const repository = findRepository(app, call, 'edit_products');
  const { root, product } = contextOf(app.world, repository);
  requireWrapper(call, 'repository', [...Object.keys(CHANGEABLE), 'label', 'product_id', 'content_type']);
  if (root.isContainerPush) throw katelloFailure(500, 'Cannot update properties of a container push repository');
  const changes: RootChanges = Object.fromEntries(
    Object.entries(CHANGEABLE)
      .filter(([name]) => Object.hasOwn(call.body, name))
      .map(([name, key]) => [key, textParam(call, name)]),
  );
  const problems = rootProblems(app.world, product, { ...root, ...changes }, root);
  if (Object.keys(problems).length > 0) throw validationFailure(problems);

  const task = await planned(app, () => startUpdateRepository(app, repository, changes, call.user, call.requestId));
  await finished(app, task);
  return ok(viewRepository(app, repository, call.user));
}

async function destroy(app: App, call: Call): Promise<Answer> {
  const repository = findRepository(app, call, 'destroy_products');
  const removesCopies =
    flagParam(call, 'remove_from_content_view_versions') === true ||
    storedSetting(app.world, 'delete_repo_across_cv') === true;
  const before = contextOf(app.world, repository);
  const hasCopies = instancesOf(app.world, repository).length > 1;
  const task = await planned(app, () =>
    startDestroyRepository(app, repository, removesCopies, call.user, call.requestId),
  );
  // the answer is rendered from the record as it was, whose content is gone from the index
  const view = viewRepository(app, before.repository, call.user);
  await finished(app, task);
  const content_counts = { docker_manifest: 0, docker_manifest_list: 0, docker_tag: 0 };
  return ok({
    ...view,
    content_counts,
    content_view_versions: [],
    content_view_environments: [],
    promoted: false,
    permissions: deletablePermissions(app),
    content_label: hasCopies ? view['content_label'] : null,
  });
}

async function republish(app: App, call: Call): Promise<Answer> {
  const repository = findRepository(app, call, 'edit_products');
  const { root } = contextOf(app.world, repository);
  if (root.mirroringPolicy === 'mirror_complete' && flagParam(call, 'force') !== true) {
    throw katelloFailure(
      400,
      "Metadata republishing is risky on 'Complete Mirroring' repositories. Change the mirroring policy and try again.",
    );
  }
  const task = await planned(app, () => startGenerateMetadata(app, repository, call.user, call.requestId));
  return accepted(app, task);
}

async function removeContent(app: App, call: Call): Promise<Answer> {
  const repository = findRepository(app, call, 'edit_products');
  const ids = call.param('ids');
  const wanted = (Array.isArray(ids) ? ids : []).map(String);
  const type = textParam(call, 'content_type');
  const isTag = type === 'docker_tag';
  const units: readonly { id: number; pulpHref: string }[] = isTag
    ? app.world.tags
    : app.world.manifests.filter((row) => row.kind === (type === 'docker_manifest_list' ? 'list' : 'image'));
  const found = units.filter((row) => wanted.includes(String(row.id)) || wanted.includes(row.pulpHref));
  if (found.length === 0) throw katelloFailure(500, 'uninitialized constant NilClass::CONTENT_TYPE');
  if (type !== null && type !== 'docker_manifest') {
    const types = 'docker_manifest,file,rpm,srpm';
    throw katelloFailure(422, `Invalid params provided - content_type must be one of ${types}`);
  }
  const manifests = app.world.manifests.filter((row) => found.some((unit) => unit.id === row.id));
  const syncsCapsules = flagParam(call, 'sync_capsule') ?? true;
  const task = await planned(app, () =>
    startRemoveContent(app, { repository, manifests, syncsCapsules }, call.user, call.requestId),
  );
  await finished(app, task);
  return accepted(app, task);
}

/** Every repository here lives without a URL, and content is never fetched from one. */
function sync(app: App, call: Call): Answer {
  const repository = findRepository(app, call, 'sync_products');
  const { root } = contextOf(app.world, repository);
  if (root.url === null) throw katelloFailure(400, 'attempted to sync without a feed URL');
  throw katelloFailure(500, 'synchronisation from a URL is not part of this stand-in');
}

async function createUpload(app: App, call: Call): Promise<Answer> {
  findRepository(app, call, 'edit_products');
  const size = Number(textParam(call, 'size') ?? 0);
  const { contentUploads } = app.traits;
  if (contentUploads === 'refused' || (contentUploads === 'empty-only' && size > 0)) {
    throw katelloFailure(500, 'Cannot upload container content via Hammer/API. Use podman push instead.');
  }
  const href = await app.pulp.createUpload(size, { requestId: call.requestId, signal: app.signal });
  return ok({ upload_id: href.split('/').findLast((part) => part !== '') });
}

function uploadContent(app: App, call: Call): Answer {
  findRepository(app, call, 'edit_products');
  throw katelloFailure(422, 'Cannot upload container content via Hammer/API. Use podman push instead.');
}

function reclaimSpace(app: App, call: Call): Answer {
  findRepository(app, call, 'edit_products');
  throw katelloFailure(400, 'Only On Demand repositories may have space reclaimed.');
}

/** The copies are gone when the answer is made, so nothing is in the way any more. */
function deletablePermissions({ world }: App): Record<string, unknown> {
  return { deletable: true, deletable_across_cv: settingValue(world, 'delete_repo_across_cv') };
}
