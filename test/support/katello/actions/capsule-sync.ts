/**
 * Smart proxies: what an import schedules for those that carry the repository, and what a person starts.
 */
import { type App, BackendDown } from '../app.ts';
import { ConnectionRefused } from '../pulp/refusal.ts';
import { holds } from '../rules/permissions.ts';
import { settingValue } from '../rules/settings.ts';
import { getById } from '../state/find.ts';
import type { Proxy, Repository, Task, User } from '../state/rows.ts';
import type { Action, Run } from '../tasks/engine.ts';
import { PlanningRefused } from '../tasks/planning-refused.ts';
import { StepError } from '../tasks/step-error.ts';
import { ACTIONS } from './labels.ts';
import { mirrorRepository } from './mirror-repository.ts';

/** Schedules the proxies, if the installation syncs them by itself. The task is linked to nothing. */
export async function scheduleCapsuleSync(app: App, run: Run, repository: Repository): Promise<void> {
  if (settingValue(app.world, 'foreman_proxy_content_auto_sync') !== true) return;
  const mirrors = mirrorsOf(app, repository);
  if (mirrors.length === 0 && !app.traits.schedulesEmptyCapsuleSync) return;

  const mayAll = ['manage_capsule_content', 'view_capsule_content'].every((permission) => holds(run.user, permission));
  const proxyIds = mayAll || !app.traits.proxiesNeedUserRights ? mirrors.map((proxy) => proxy.id) : [];
  await app.tasks.start({
    action: syncRepositoryToCapsulesAction(app),
    user: run.user,
    requestId: String(run.task.plan['requestId']),
    organizationId: null,
    verb: ACTIONS.syncRepositoryToCapsules.verb,
    subjects: { sentence: '', humanizedInput: '', input: {} },
    input: {},
    plan: { repositoryId: repository.id, proxyIds, userId: run.user.id },
    links: [],
    locks: [],
  });
}

/** Proxies other than the primary that carry the repository's environment. */
function mirrorsOf({ world }: App, repository: Repository): Proxy[] {
  return world.proxies.filter(
    (proxy) =>
      !proxy.isPrimary && repository.environmentId !== null && proxy.environmentIds.includes(repository.environmentId),
  );
}

export function syncRepositoryToCapsulesAction(app: App): Action {
  return {
    label: ACTIONS.syncRepositoryToCapsules.label,
    run: async (run) => {
      const { proxyIds } = run.task.plan;
      for (const id of Array.isArray(proxyIds) ? proxyIds.map(Number) : []) {
        const taskId = await run.step(`start ${id}`, () => startFor(app, run, getById(app.world.proxies, id)));
        await run.step(`watch ${id}`, async () => {
          const task = app.world.tasks.find((row) => row.id === taskId);
          if (task !== undefined) await app.tasks.wait(task, 60_000);
          if (task?.result !== 'success') run.skip(new StepError('RuntimeError', 'A sub task failed'));
        });
      }
    },
  };
}

/** Id of the proxy's own task; null when it could not be planned. */
async function startFor(app: App, run: Run, proxy: Proxy): Promise<string | null> {
  const { repositoryId, requestId } = run.task.plan;
  const options = { repository_id: Number(repositoryId) };
  const task = await startCapsuleSync(app, proxy, options, run.user, String(requestId), run.task.id).catch(() => null);
  return task?.id ?? null;
}

/** What a sync is limited to; unset keys mean everything. */
export interface CapsuleSyncOptions {
  readonly environment_id?: number | null;
  readonly content_view_id?: number | null;
  readonly repository_id?: number | null;
  readonly skip_metadata_check?: boolean;
}

export function syncCapsuleAction(app: App): Action {
  return {
    label: ACTIONS.syncCapsule.label,
    run: async (run) => {
      const proxy = getById(app.world.proxies, Number(run.task.plan['proxyId']));
      await run.step('sync', async () => {
        try {
          await sync(app, proxy, run.task);
        } catch (error) {
          run.signal.throwIfAborted();
          run.skip(error);
        }
      });
      await run.step('counts', async () => {
        if (run.task.errors.length === 0) await startCountContent(app, proxy, run);
      });
    },
  };
}

/** Counting changes nothing that anybody reads here, but it leaves a task. */
export function countCapsuleContentAction(): Action {
  return { label: ACTIONS.countCapsuleContent.label, run: () => Promise.resolve() };
}

async function startCountContent(app: App, proxy: Proxy, run: Run): Promise<void> {
  await app.tasks.start({
    action: countCapsuleContentAction(),
    user: run.user,
    requestId: String(run.task.plan['requestId']),
    organizationId: null,
    verb: ACTIONS.countCapsuleContent.verb,
    subjects: { sentence: '', humanizedInput: [], input: { smart_proxy_id: proxy.id, locale: 'en' } },
    input: {},
    plan: { proxyId: proxy.id },
    links: [],
    locks: [],
  });
}

/** What Katello recorded as synced is left out, unless the sync skips that check. @throws StepError */
async function sync(app: App, proxy: Proxy, task: Task): Promise<void> {
  if (proxy.behaviour === 'failing') {
    const url = `${app.foremanUrl}/v2/…/manifests/list`;
    throw new StepError('Katello::Errors::Pulp3Error', `404, message=Not Found, url=${url}`);
  }
  const { repositoryId: wanted, skipsCheck } = task.plan;
  const carried = app.world.repositories.filter(
    (row) => row.environmentId !== null && proxy.environmentIds.includes(row.environmentId),
  );
  for (const repository of carried.filter((row) => wanted === null || row.id === wanted)) {
    if (!skipsCheck && proxy.syncedRepositoryIds.includes(repository.id)) continue;
    await mirrorRepository(app, proxy, repository);
    proxy.syncedRepositoryIds = [...new Set([...proxy.syncedRepositoryIds, repository.id])];
    app.store.changed();
  }
}

/** @throws PlanningRefused when the proxy does not carry the environment that is meant */
function checkAttached({ world }: App, proxy: Proxy, options: CapsuleSyncOptions): void {
  const repository = world.repositories.find((row) => row.id === options.repository_id);
  const wanted = repository?.environmentId ?? options.environment_id ?? null;
  if (wanted === null || proxy.environmentIds.includes(wanted)) return;
  const { name } = getById(world.environments, wanted);
  throw new PlanningRefused(`Lifecycle environment '${name}' is not attached to this capsule.`);
}

/** @throws BackendDown when the proxy's Pulp does not answer: the task exists then, ended by its planning */
export async function startCapsuleSync(
  app: App,
  proxy: Proxy,
  options: CapsuleSyncOptions,
  user: User,
  requestId: string,
  parentTaskId?: string,
): Promise<Task> {
  const { id, name } = proxy;
  return app.tasks.start({
    action: syncCapsuleAction(app),
    user,
    requestId,
    organizationId: null,
    verb: ACTIONS.syncCapsule.verb,
    subjects: {
      sentence: `'${name}'`,
      humanizedInput: [`'${name}'`],
      input: { options, smart_proxy: { id, name } },
    },
    input: { services_checked: ['pulp3'], smart_proxy_id: id },
    plan: {
      proxyId: id,
      repositoryId: options.repository_id ?? null,
      skipsCheck: options.skip_metadata_check ?? false,
    },
    links: [{ resourceType: 'SmartProxy', resourceId: id }],
    locks: [],
    survivesPlanning: true,
    ...(parentTaskId === undefined ? {} : { parentTaskId }),
    whilePlanning: (task) => {
      const isReachable = proxy.behaviour !== 'unreachable';
      const planned = { ...task.input };
      task.input = { options, smart_proxy: { id, name }, services_checked: isReachable ? ['pulp3'] : [] };
      checkAttached(app, proxy, options);
      if (isReachable) {
        task.input = planned;
        return;
      }
      const refused = new ConnectionRefused(new URL(proxy.url).hostname, '80');
      throw new BackendDown(`There was an issue with the backend service pulp3: ${refused.message}`);
    },
  });
}
