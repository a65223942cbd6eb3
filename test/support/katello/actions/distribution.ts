/**
 * The distribution of a repository: found by its base path and taken over whoever made it, or created; bound to the
 * version that Katello saved.
 */
import { randomInt } from 'node:crypto';
import { type App, pulpCallOf } from '../app.ts';
import { waitForPulpTask } from '../pulp/wait.ts';
import { contextOf } from '../state/find.ts';
import type { Repository } from '../state/rows.ts';
import type { Run } from '../tasks/engine.ts';
import { StepError } from '../tasks/step-error.ts';

/** Steps `refresh distribution` and `save references`. */
export async function refreshDistribution(app: App, run: Run, repository: Repository, key: string): Promise<void> {
  const outcome = await run.step(`${key} refresh distribution`, () => createOrPatch(app, run, repository));
  if (outcome === 'not-waited') return;

  await run.step(`${key} save references`, async () => {
    if (outcome.created !== null) return remember(app, run, repository, outcome.created);
    await app.pulp.patchDistribution(distributionOf(repository), bodyOf(repository), pulpCallOf(run));
  });
}

/** Steps `rename`: brings the remembered distribution to the repository's name and version, where it is not yet. */
export async function renameDistribution(app: App, run: Run, repository: Repository, key: string): Promise<void> {
  await run.step(`${key} rename`, async () => {
    const call = pulpCallOf(run);
    const known = repository.distributionHref;
    const distribution = known === null ? null : await app.pulp.readDistribution(known, call);
    if (known === null || distribution?.base_path === bodyOf(repository).base_path) return;
    const patch = await app.pulp.patchDistribution(known, bodyOf(repository), call);
    if (patch !== null && app.traits.waitsForDistributionPatch) await waitForPulpTask(app, run, patch);
  });
}

/** What Pulp's task made, or that this version does not wait for it. */
async function createOrPatch(
  app: App,
  run: Run,
  repository: Repository,
): Promise<{ created: string | null } | 'not-waited'> {
  const call = pulpCallOf(run);
  const [found] = await app.pulp.findDistributions(bodyOf(repository).base_path, call);
  if (found === undefined) {
    const name = `${contextOf(app.world, repository).root.label}-${repository.id}${randomInt(9_999)}`;
    const href = await app.pulp.createDistribution({ ...bodyOf(repository), name }, call);
    const { created_resources: created } = await waitForPulpTask(app, run, href);
    return { created: created[0] ?? null };
  }
  if (repository.distributionHref !== found.pulp_href) {
    repository.distributionHref = null;
    await remember(app, run, repository, found.pulp_href);
  }
  const patch = await app.pulp.patchDistribution(found.pulp_href, bodyOf(repository), call);
  if (patch === null || !app.traits.waitsForDistributionPatch) return 'not-waited';
  await waitForPulpTask(app, run, patch);
  return { created: null };
}

/** Katello keeps what it remembers as long as that is still there. */
async function remember(app: App, run: Run, repository: Repository, href: string): Promise<void> {
  const call = pulpCallOf(run);
  const distribution = await app.pulp.readDistribution(href, call);
  const old = repository.distributionHref;
  if (distribution === null || (old !== null && (await app.pulp.readDistribution(old, call)) !== null)) return;
  repository.distributionHref = distribution.pulp_href;
  app.store.changed();
}

function bodyOf(repository: Repository): { base_path: string; repository_version: string } {
  return {
    base_path: repository.containerRepositoryName ?? repository.relativePath,
    repository_version: repository.versionHref ?? '',
  };
}

function distributionOf(repository: Repository): string {
  if (repository.distributionHref === null) {
    throw new StepError('NoMethodError', "undefined method `href' for nil:NilClass");
  }
  return repository.distributionHref;
}
