/**
 * The daily look at a path: whether Katello still shows what was pushed. Reads all that Katello lists, which a run does
 * not: 9 s for 1 000 tags (Katello 5.0 on two cores). Writes nothing.
 */
import { type Drift, findDrift, type Shown } from '../domain/drift.ts';
import type { Pulp } from '../pulp/pulp.ts';
import { decide } from './decide.ts';
import type { ReconcileDeps } from './deps.ts';
import { findPushRepository, locate, resolve } from './resolve.ts';

/**
 * Looks at one path; null when nothing is pushed there any more.
 *
 * @throws E_REFUSED with the reason for which a run would not touch it; what the ports throw
 */
export async function checkDrift(deps: ReconcileDeps, path: string, signal: AbortSignal): Promise<Drift | null> {
  const push = await findPushRepository(deps, path, signal);
  if (!push) return null;
  const resolved = await resolve(deps, await locate(deps, path, push, signal), null, signal);
  const decided = await decide(deps, resolved, signal);
  if (!decided) return null;

  const { repository } = resolved;
  if (!repository?.version_href) return findDrift(decided.plan, null);
  const shown: Shown = {
    listed: await deps.katello.listTags(repository.id, signal),
    served: await readDigests(deps.pulp, repository.version_href, signal),
  };
  return findDrift(decided.plan, shown);
}

async function readDigests(
  pulp: Pick<Pulp, 'listTags' | 'listManifests'>,
  versionHref: string,
  signal: AbortSignal,
): Promise<Shown['served']> {
  const tags = await pulp.listTags(versionHref, signal);
  const manifests = await pulp.listManifests(versionHref, signal);
  const digests = new Map(manifests.map(({ pulp_href, digest }) => [pulp_href, digest]));
  return new Map(tags.map(({ name, tagged_manifest }) => [name, digests.get(tagged_manifest) ?? '']));
}
