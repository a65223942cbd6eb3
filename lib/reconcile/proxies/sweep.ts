/**
 * Finds paths that some smart proxy may lack though nobody pushes: after Redis was lost, after a crash between a publish
 * and its queueing, and where Katello's own sync failed. Queues them, and does nothing else.
 */
import { readOwnedRepositoryId } from '../../domain/claim.ts';
import { fromPulpName } from '../../domain/path.ts';
import { isSynced } from '../../domain/proxy-sync.ts';
import type { SyncHistory } from '../../katello/proxies.ts';
import type { ProxyDeps } from './deps.ts';
import { hasMirrors, type ReadInstallation } from './installation.ts';
import { isAutomatic } from './look.ts';

/** Pushes before that were seen to by an earlier sweep. */
const RECENT_MS = 86_400_000;

export async function sweep(deps: ProxyDeps, readInstallation: ReadInstallation, signal: AbortSignal): Promise<void> {
  const behind = await deps.states.listBehind();
  const paths = new Set([...behind.map(({ path }) => path), ...(await deps.states.listWishes())]);
  const installation = await readInstallation(signal);
  const published = hasMirrors(deps, installation) ? await deps.listPublished(deps.now() - RECENT_MS) : [];
  for (const { path, stages } of published) if (!stages.some(({ name }) => name === 'proxies')) paths.add(path);

  if (hasMirrors(deps, installation) && isAutomatic(deps, installation)) {
    const lacking = listLacking(await deps.proxies.readHistory(signal));
    for (const path of lacking.size > 0 ? await listPathsOf(deps, lacking, signal) : []) paths.add(path);
  }
  for (const path of paths) await deps.queue(path);
}

/** Repositories with a sync that failed last, or that were published and not synced since by a proxy that syncs. */
export function listLacking({ syncs, publishedAt }: SyncHistory): Set<number> {
  const proxyIds = new Set(syncs.map(({ proxyId }) => proxyId));
  const failed = syncs.flatMap(({ state, repositoryId }) => (state === 'failed' ? (repositoryId ?? []) : []));
  const repositoryIds = new Set([...publishedAt.keys(), ...failed]);
  const lacks = (repositoryId: number, proxyId: number) =>
    !isSynced({
      repositoryId,
      publishedAt: publishedAt.get(repositoryId) ?? null,
      syncs: syncs.filter((sync) => sync.proxyId === proxyId),
    });
  // no proxy has synced anything: what was published is all that is known
  if (proxyIds.size === 0) return repositoryIds;
  return new Set([...repositoryIds].filter((id) => [...proxyIds].some((proxyId) => lacks(id, proxyId))));
}

async function listPathsOf(
  { pulp, settings }: ProxyDeps,
  repositoryIds: ReadonlySet<number>,
  signal: AbortSignal,
): Promise<string[]> {
  const paths: string[] = [];
  for await (const { base_path: name, pulp_labels: labels } of pulp.listDistributions(`${settings.prefix}/`, signal)) {
    const id = readOwnedRepositoryId(labels);
    const path = fromPulpName(name, settings.prefix);
    if (path !== null && id !== null && repositoryIds.has(id)) paths.push(path);
  }
  return paths;
}
