/** Which version of Pulp's repository Katello believes in. */
import { type App, pulpCallOf } from '../app.ts';
import type { Repository } from '../state/rows.ts';
import type { Run } from '../tasks/engine.ts';

/**
 * Saves the latest version, whatever it is; the time of the last change moves even if nothing changed. Gives the
 * version that is saved now.
 */
export async function saveLatestVersion(app: App, run: Run, repository: Repository): Promise<string> {
  const row = await app.pulp.readRepository(repository.pulpHref ?? '', pulpCallOf(run));
  if (row.latest_version_href !== null) await saveVersion(app, run, repository, row.latest_version_href);
  return repository.versionHref ?? '';
}

/** Saves the version that a task made; none made, nothing saved: a newer version stays unnoticed. */
export async function saveCreatedVersion(
  app: App,
  run: Run,
  repository: Repository,
  createdResources: readonly string[],
): Promise<string> {
  const created = createdResources.find((href) => href.startsWith(`${repository.pulpHref}versions/`));
  if (created !== undefined && created !== repository.versionHref) await saveVersion(app, run, repository, created);
  return repository.versionHref ?? '';
}

async function saveVersion(app: App, run: Run, repository: Repository, href: string): Promise<void> {
  if (app.traits.savesPrns) await app.pulp.readVersionPrn(href, pulpCallOf(run));
  repository.versionHref = href;
  repository.lastContentsChanged = app.now().toISOString();
  app.store.changed();
}
