/**
 * What people ask about push repositories beyond one run: all that there are, and to drop the pins of one.
 */
import type { Clients } from '../clients.ts';
import { formatClaim, LABELS, readClaim, readOwnedRepositoryId } from '../domain/claim.ts';
import { correlationId } from '../domain/correlation.ts';
import { fromPulpName, toPulpName } from '../domain/path.ts';
import { readRepositoryRef, readVersionRef } from '../pulp/href.ts';
import type { Pulp } from '../pulp/pulp.ts';

/** Every path that was pushed to, in Pulp's order. */
export async function listPaths(pulp: Pulp, prefix: string, signal: AbortSignal): Promise<string[]> {
  const paths: string[] = [];
  for await (const { base_path: name } of pulp.listDistributions(`${prefix}/`, signal)) {
    const path = fromPulpName(name, prefix);
    if (path !== null) paths.push(path);
  }
  return paths;
}

/**
 * Makes the next run treat every tag of the path as ours: no pins, and the claim on whatever Katello's repository holds by
 * now. Writes nothing where nobody changed anything there.
 */
export async function dropPins(clients: Remotes, prefix: string, path: string, signal: AbortSignal): Promise<void> {
  const { pulp } = clients;
  const distribution = await pulp.findDistribution(toPulpName(path, prefix), signal);
  if (!distribution?.repository) return;
  const { pulp_href: href, pulp_labels: labels } = distribution;
  const { uuid } = readRepositoryRef(distribution.repository);
  const options = { correlationId: correlationId({ uuid, version: 0, step: DROP_PINS }), signal };

  if (Object.hasOwn(labels, LABELS.pins)) await pulp.removeLabel(href, LABELS.pins, options);
  const repositoryId = readOwnedRepositoryId(labels);
  const claim = repositoryId === null ? null : readClaim(labels, uuid, repositoryId);
  const targetVersion = claim && (await findLatestVersion(clients, claim.repositoryId, signal));
  if (!claim || targetVersion === null || targetVersion === claim.targetVersion) return;
  await pulp.setLabel(href, LABELS.claim, formatClaim({ ...claim, targetVersion }), options);
}

type Remotes = Pick<Clients, 'pulp' | 'katello'>;

/** Above the steps of a run. */
const DROP_PINS = 0xffff;

/** Number of the latest version of Katello's repository in Pulp; null where there is none. */
async function findLatestVersion({ pulp, katello }: Remotes, id: number, signal: AbortSignal): Promise<number | null> {
  const repository = await katello.findRepository(id, signal);
  if (!repository?.version_href) return null;
  const { repositoryHref } = readVersionRef(repository.version_href);
  const [target] = await pulp.readRepositories([repositoryHref], signal);
  return target ? readVersionRef(target.latest_version_href).number : null;
}
