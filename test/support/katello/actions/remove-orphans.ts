/**
 * The weekly cleanup on the primary, `katello:delete_orphaned_content`: of everything in Pulp, whoever made it, what no
 * row of Katello's names goes. Remotes and whole repositories go on mirrors only, which have no Pulp here.
 */
import { randomUUID } from 'node:crypto';
import { type App, pulpCallOf, systemUser } from '../app.ts';
import { CONTENT_TYPES, type ContentType } from '../pulp/cleanup-calls.ts';
import type { LabelledRow } from '../pulp/shapes.ts';
import { waitForPulpTask } from '../pulp/wait.ts';
import { settingValue } from '../rules/settings.ts';
import { CONSOLE_LOGIN } from '../state/accounts.ts';
import type { Task } from '../state/rows.ts';
import type { Action, Run } from '../tasks/engine.ts';
import { StepError } from '../tasks/step-error.ts';
import { ACTIONS } from './labels.ts';
import { removeOrphanedUnits } from './remove-rows.ts';

const DAY_MS = 86_400_000;
/** Pulp's words for a version that is served; a refusal with others is a failure. */
const SERVED = 'Please update the necessary distributions first.';

interface OrphanVersion {
  readonly type: ContentType;
  readonly href: string;
}

export function removeOrphansAction(app: App): Action {
  return { label: ACTIONS.removeOrphans.label, run: (run) => removeOrphans(app, run) };
}

async function removeOrphans(app: App, run: Run): Promise<void> {
  const call = pulpCallOf(run);
  await run.step('units', () => Promise.resolve(removeOrphanedUnits(app)));
  if (app.traits.cleansDistributions) await removeDistributions(app, run);
  await run.step('delete versions', () => removeVersions(app, run));

  const minutes = Number(settingValue(app.world, 'orphan_protection_time'));
  const cleanup = await run.step('clean up', () => app.pulp.cleanUpOrphans(minutes, call));
  await run.step('watch clean up', () => waitForPulpTask(app, run, cleanup));

  const days = Number(settingValue(app.world, 'completed_pulp_task_protection_days'));
  const limit = new Date(app.now().getTime() - days * DAY_MS);
  const purge = await run.step('purge', () => app.pulp.purgeTasks(limit, call));
  if (app.traits.waitsForTaskPurge) await run.step('watch purge', () => waitForPulpTask(app, run, purge));
}

/** All are asked for before the first is waited for. */
async function removeDistributions(app: App, run: Run): Promise<void> {
  const tasks = await run.step('delete distributions', async () => {
    const hrefs = await findDistributions(app, run);
    return inTurn(hrefs, (href) => app.pulp.delete(href, pulpCallOf(run)));
  });
  await run.step('watch distributions', async () => {
    for (const task of tasks) await waitForPulpTask(app, run, task);
  });
}

async function findDistributions(app: App, run: Run): Promise<string[]> {
  const remembered = new Set(app.world.repositories.map((row) => row.distributionHref));
  const rows = await inTurn(CONTENT_TYPES, (type) => app.pulp.listDistributions(type, pulpCallOf(run)));
  return rows
    .flat()
    .filter((row) => !(remembered.has(row.pulp_href) || isSpared(app, row)))
    .map((row) => row.pulp_href);
}

/** Nobody waits for these tasks. */
async function removeVersions(app: App, run: Run): Promise<void> {
  try {
    const served: string[] = [];
    for (const version of await findVersions(app, run)) {
      if (!(await removeVersion(app, run, version))) served.push(version.href);
    }
    if (served.length > 0) throw new StepError('Katello::Errors::OrphanCleanupRepoVersionDeleteError', SOME_LEFT);
  } catch (error) {
    if (!app.traits.skipsRefusedVersions) throw error;
    run.skip(error);
  }
}

async function findVersions(app: App, run: Run): Promise<OrphanVersion[]> {
  const named = new Set(app.world.repositories.map((row) => row.versionHref));
  const found = await inTurn(CONTENT_TYPES, async (type) => {
    const call = pulpCallOf(run);
    const repositories = await app.pulp.listRepositories(type, call);
    const versions = await inTurn(repositories, ({ pulp_href: href }) => app.pulp.listVersions(href, call));
    const labelled = app.traits.sparesLabelled ? await app.pulp.listRepositoryLabels(type, call) : [];
    const spared = labelled.filter((row) => isSpared(app, row)).map((row) => row.pulp_href);
    return versions
      .flat()
      .filter(
        ({ number, pulp_href: href }) => number !== 0 && !spared.some((repository) => href.startsWith(repository)),
      )
      .map(({ pulp_href: href }) => ({ type, href }));
  });
  return found.flat().filter(({ href }) => !named.has(href));
}

/** False for a version that a repository of Katello's still serves though it names another: a person has to look. */
async function removeVersion(app: App, run: Run, { type, href }: OrphanVersion): Promise<boolean> {
  const call = pulpCallOf(run);
  try {
    await app.pulp.delete(href, call);
    return true;
  } catch (error) {
    if (!(app.traits.skipsRefusedVersions && error instanceof StepError && error.message.includes(SERVED))) throw error;
    const serving = (await app.pulp.listDistributions(type, call)).filter((row) => row.repository_version === href);
    const hrefs = serving.map((row) => row.pulp_href);
    return !app.world.repositories.some((row) => row.distributionHref !== null && hrefs.includes(row.distributionHref));
  }
}

function isSpared(app: App, { pulp_labels: labels }: LabelledRow): boolean {
  return app.traits.sparesLabelled && labels['katello_orphan_cleanup'] === 'false';
}

async function inTurn<T, R>(items: readonly T[], work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  for (const item of items) results.push(await work(item));
  return results;
}

/** Starts it as the server's own schedule does: in the background, linked to nothing, without a lock. */
export async function startRemoveOrphans(app: App): Promise<Task> {
  return app.tasks.start({
    action: removeOrphansAction(app),
    user: systemUser(app, CONSOLE_LOGIN),
    requestId: randomUUID(),
    organizationId: null,
    verb: ACTIONS.removeOrphans.verb,
    subjects: { sentence: '', humanizedInput: '', input: {} },
    input: { smart_proxy_id: app.world.proxies.find((proxy) => proxy.isPrimary)?.id ?? null },
    plan: {},
    links: [],
    locks: [],
  });
}

const SOME_LEFT = 'Orphan cleanup failed to delete some Pulp repository versions. Check the logs for more details.';
