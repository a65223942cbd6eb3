/**
 * ContentView::Publish: an archive and a copy in Library of each repository, both bound to the version that Katello has
 * saved of the library instance, indexed in the right order.
 */
import { randomInt } from 'node:crypto';
import { type App, checkBackends, pulpCallOf } from '../app.ts';
import { copyContainerName } from '../rules/repository-name.ts';
import { versionName } from '../rules/version-name.ts';
import { contextOf, getById, libraryOf, versionsOf } from '../state/find.ts';
import type { ContentView, ContentViewVersion, Repository, Task, User } from '../state/rows.ts';
import type { Action, Run } from '../tasks/engine.ts';
import { PlanningRefused } from '../tasks/planning-refused.ts';
import { refreshDistribution } from './distribution.ts';
import { indexInOrder } from './index-content.ts';
import { ACTIONS } from './labels.ts';

export function publishViewAction(app: App): Action {
  return { label: ACTIONS.publishView.label, run: (run) => publishView(app, run) };
}

async function publishView(app: App, run: Run): Promise<void> {
  const { world } = app;
  const version = getById(world.contentViewVersions, Number(run.task.plan['versionId']));
  const copies = world.repositories.filter((row) => row.contentViewVersionId === version.id);
  for (const archive of copies.filter((row) => row.environmentId === null)) {
    const key = `archive ${archive.id}`;
    const href = await run.step(`${key} pulp`, () => createArchive(app, run, archive));
    if (app.traits.distributesArchives) await refreshDistribution(app, run, archive, key);
    await run.step(`${key} index`, () => indexInOrder(app, run, archive));
    await run.step(`${key} read back`, () => readBack(app, run, href));
  }
  for (const copy of copies.filter((row) => row.environmentId !== null)) {
    await refreshDistribution(app, run, copy, `copy ${copy.id}`);
    await run.step(`copy ${copy.id} index`, () => indexInOrder(app, run, copy));
  }
}

/** Pulp gets a repository for the archive, which stays empty: an unfiltered copy shares the library's version. */
async function createArchive(app: App, run: Run, archive: Repository): Promise<string> {
  const call = pulpCallOf(run);
  const { root } = contextOf(app.world, archive);
  const row = await app.pulp.createRepository(`${root.label}-${archive.id}${randomInt(9_999)}`, call);
  if (app.traits.savesPrns) await app.pulp.readVersionPrn(`${row.pulp_href}versions/0/`, call);
  return row.pulp_href;
}

async function readBack(app: App, run: Run, href: string): Promise<void> {
  const call = pulpCallOf(run);
  const row = await app.pulp.readRepository(href, call);
  if (app.traits.savesPrns && row.latest_version_href !== null)
    await app.pulp.readVersionPrn(row.latest_version_href, call);
}

/** @throws BackendDown, LockConflict, PlanningRefused while a task of a member is unfinished */
export async function startPublishView(app: App, view: ContentView, user: User, requestId: string): Promise<Task> {
  await checkBackends(app, ['pulp3', 'candlepin'], requestId);
  const { world, store } = app;
  const organization = getById(world.organizations, view.organizationId);
  const library = libraryOf(world, organization.id);
  const version: ContentViewVersion = {
    id: store.nextId('contentViewVersions'),
    contentViewId: view.id,
    major: Math.max(0, ...versionsOf(world, view.id).map((row) => row.major)) + 1,
    environmentIds: [library.id],
    createdAt: app.now().toISOString(),
  };
  const link = { resourceType: 'Katello::ContentView', resourceId: view.id };
  return app.tasks.start({
    action: publishViewAction(app),
    user,
    requestId,
    organizationId: null,
    verb: ACTIONS.publishView.verb,
    subjects: {
      sentence: `content view '${view.name}'; organization '${organization.name}'`,
      humanizedInput: [
        ['content_view', { text: `content view '${view.name}'`, link: `/content_views/${view.id}/versions` }],
        [
          'organization',
          { text: `organization '${organization.name}'`, link: `/organizations/${organization.id}/edit` },
        ],
      ],
      input: {
        content_view: { id: view.id, name: view.name, label: view.label },
        organization: { id: organization.id, name: organization.name, label: organization.label },
      },
    },
    input: {
      services_checked: ['pulp3', 'candlepin', 'candlepin_auth'],
      history_id: version.id,
      content_view_id: view.id,
      ...(app.traits.autoPublishesByView
        ? { auto_published: null, auto_publish_content_view_id: view.id }
        : { auto_publish_composite_ids: [] }),
      content_view_version_name: versionName(view, version),
      content_view_version_id: version.id,
      environment_id: library.id,
      user_id: user.id,
      skip_promotion: null,
    },
    plan: { versionId: version.id },
    links: [link, { resourceType: 'Organization', resourceId: organization.id }],
    locks: [link],
    whilePlanning: () => checkMembersAreIdle(app, view),
    onPlanned: () => {
      world.contentViewVersions.push(version);
      for (const id of view.repositoryIds) addCopies(app, getById(world.repositories, id), view, version, library.id);
    },
  });
}

const HINDRANCES: readonly string[] = [ACTIONS.generateMetadata.label, ACTIONS.removeContent.label];

function checkMembersAreIdle(app: App, view: ContentView): void {
  const busy = app.world.tasks.filter(
    (task) =>
      HINDRANCES.includes(task.label) &&
      task.state !== 'stopped' &&
      task.links.some(
        (link) => link.resourceType === 'Katello::Repository' && view.repositoryIds.includes(link.resourceId),
      ),
  );
  if (busy.length === 0) return;
  const lines = busy.map((task) => `- ${app.foremanUrl}/foreman_tasks/tasks/${task.id}`).join('\n');
  throw new PlanningRefused(
    `Pending tasks detected in repositories of this content view. Please wait for the tasks: ${lines} before publishing.`,
  );
}

function addCopies(
  app: App,
  source: Repository,
  view: ContentView,
  version: ContentViewVersion,
  libraryId: number,
): void {
  const { world, store } = app;
  const { organization, root } = contextOf(world, source);
  for (const environmentId of [null, libraryId]) {
    const environment = environmentId === null ? null : getById(world.environments, environmentId);
    const containerName = copyContainerName(world, source, { environment, version, contentView: view }, app.traits);
    const place = environment === null ? `v${version.major}_0` : environment.label.toLowerCase();
    world.repositories.push({
      id: store.nextId('repositories'),
      rootId: root.id,
      libraryInstanceId: source.id,
      environmentId,
      contentViewVersionId: version.id,
      backendIdentifier: `${organization.id}-${view.label}-${place}-${source.backendIdentifier}`,
      relativePath: containerName,
      containerRepositoryName: containerName,
      pulpHref: source.pulpHref,
      versionHref: source.versionHref,
      distributionHref: null,
      lastContentsChanged: app.now().toISOString(),
      createdAt: app.now().toISOString(),
      updatedAt: app.now().toISOString(),
    });
  }
}
