/**
 * ImportUpload: `import_uploads` of tags (Katello tags in Pulp, then reads back the latest version) or of units by href
 * (Katello adds them, then reads back the version that this made, if any). A failing step is skipped, never paused.
 */
import { z } from 'zod';
import { type App, checkBackends, pulpCallOf } from '../app.ts';
import type { PulpTask } from '../pulp/shapes.ts';
import { waitForPulpTask } from '../pulp/wait.ts';
import { getById } from '../state/find.ts';
import type { Repository, Task, User } from '../state/rows.ts';
import type { Action, Run } from '../tasks/engine.ts';
import { StepError } from '../tasks/step-error.ts';
import { repositoryLinks, repositoryLock, repositorySubjects } from '../tasks/subjects.ts';
import { scheduleCapsuleSync } from './capsule-sync.ts';
import { forgetProxies, generateMetadata } from './generate-metadata.ts';
import { indexAfterUpload } from './index-content.ts';
import { ACTIONS } from './labels.ts';
import { checkNotPublishing } from './publishing.ts';
import { pendingResults, tagResult, unitResult } from './upload-results.ts';
import { saveCreatedVersion, saveLatestVersion } from './versions.ts';

export interface Upload {
  readonly id: string;
  readonly name: string;
  readonly digest: string | null;
  readonly contentUnitId: string | null;
}

export interface ImportRequest {
  readonly repository: Repository;
  /** true: tags; false: units by href */
  readonly isTag: boolean;
  readonly uploads: readonly Upload[];
  readonly publishes: boolean;
  readonly syncsCapsules: boolean;
}

/** @throws BackendDown, LockConflict, PublishRunning: nothing was done then */
export async function startImportUpload(
  app: App,
  request: ImportRequest,
  user: User,
  requestId: string,
): Promise<Task> {
  const { repository } = request;
  await checkBackends(app, ['pulp3'], requestId);
  return app.tasks.start({
    action: importUploadAction(app),
    user,
    requestId,
    organizationId: null,
    verb: ACTIONS.importUpload.verb,
    subjects: repositorySubjects(app.world, repository),
    input: {
      services_checked: ['pulp3'],
      repository_id: repository.id,
      sync_capsule: request.syncsCapsules,
      upload_results: pendingResults(request.uploads.length),
    },
    plan: { ...request, repository: undefined, repositoryId: repository.id },
    links: repositoryLinks(app.world, repository),
    locks: [repositoryLock(repository)],
    whilePlanning: () => {
      forgetProxies(app, repository);
      checkNotPublishing(app, repository);
    },
  });
}

export function importUploadAction(app: App): Action {
  return { label: ACTIONS.importUpload.label, run: (run) => importUploads(app, run) };
}

type ImportPlan = Omit<ImportRequest, 'repository'> & { readonly repositoryId: number };

async function importUploads(app: App, run: Run): Promise<void> {
  const plan = z.custom<ImportPlan>().parse(run.task.plan);
  const repository = getById(app.world.repositories, plan.repositoryId);

  const results = await Promise.all(
    plan.uploads.map((upload, at) => importOne(app, run, repository, upload, plan.isTag, `upload ${at}`)),
  );
  if (plan.publishes) await attempt(run, () => generateMetadata(app, run, repository, 'metadata'));
  if (results.every((result) => result !== null)) {
    await attempt(run, () => run.step('finish', () => finish(app, run, repository, results, plan.syncsCapsules)));
  }
}

/** What the task shows of the upload; null when Pulp's part failed. An index that fails is only noted. */
async function importOne(
  app: App,
  run: Run,
  repository: Repository,
  upload: Upload,
  isTag: boolean,
  key: string,
): Promise<Record<string, unknown> | null> {
  const imported = await attempt(run, () =>
    isTag ? importTag(app, run, repository, upload, key) : importUnit(app, run, repository, upload, key),
  );
  if (imported === null) return null;
  await attempt(run, () => run.step(`${key} index`, () => indexAfterUpload(app, run, repository, imported.version)));
  return imported.shown;
}

/** What Pulp's part of an upload came to. */
interface Imported {
  readonly shown: Record<string, unknown>;
  /** the version that Katello believed in when this upload had saved its own */
  readonly version: string;
}

async function importTag(app: App, run: Run, repository: Repository, upload: Upload, key: string): Promise<Imported> {
  const task = await run.step(`${key} tag`, () => tagInPulp(app, run, repository, upload));
  const version = await run.step(`${key} save version`, () => saveLatestVersion(app, run, repository));
  return { shown: tagResult(task, app.traits), version };
}

async function tagInPulp(app: App, run: Run, repository: Repository, upload: Upload): Promise<PulpTask> {
  const body = { tag: upload.name, digest: upload.digest ?? '' };
  const href = await app.pulp.tag(repository.pulpHref ?? '', body, pulpCallOf(run));
  return waitForPulpTask(app, run, href);
}

async function importUnit(app: App, run: Run, repository: Repository, upload: Upload, key: string): Promise<Imported> {
  const href = upload.contentUnitId;
  if (href === null) {
    // a real upload is looked for, and there is none
    await app.pulp.readTask(`/pulp/api/v3/uploads/${encodeURIComponent(upload.id)}/`, pulpCallOf(run));
    throw new StepError('RuntimeError', 'uploads of files are not part of this stand-in');
  }
  const task = await run.step(`${key} add`, async () => {
    const added = await app.pulp.add(repository.pulpHref ?? '', [href], pulpCallOf(run));
    return waitForPulpTask(app, run, added);
  });
  const created = task.created_resources;
  const version = await run.step(`${key} save version`, () => saveCreatedVersion(app, run, repository, created));
  return { shown: unitResult(href), version };
}

async function finish(
  app: App,
  run: Run,
  repository: Repository,
  results: readonly Record<string, unknown>[],
  syncsCapsules: boolean,
): Promise<void> {
  run.task.input['upload_results'] = results;
  run.task.output['upload_results'] = results.flatMap((result) =>
    Array.isArray(result['pulp_tasks']) ? result['pulp_tasks'].map(() => ({ type: 'file' })) : [],
  );
  if (syncsCapsules) await scheduleCapsuleSync(app, run, repository);
}

/** Rescue strategy Skip: the step's failure is noted, and null stands for what it would have given. */
async function attempt<T>(run: Run, work: () => Promise<T>): Promise<T | null> {
  try {
    return await work();
  } catch (error) {
    run.signal.throwIfAborted();
    run.skip(error);
    return null;
  }
}
