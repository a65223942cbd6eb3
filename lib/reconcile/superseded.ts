/**
 * Whether image manifests that lost their tag have to leave Katello's repository.
 *
 * From Katello 4.19 on, indexing destroys the tags that published content views hold on an old manifest, if that
 * manifest is still in the repository when its tag moves. Elsewhere the old ones stay, so that pulls by digest work.
 */
import type { Repository } from '../katello/schema.ts';
import type { ReconcileDeps } from './deps.ts';

/** First version whose index drops other repositories' tags. */
const FIRST_VERSION = [4, 19] as const;

/** True if superseded manifests leave target in the same round as their tags. */
export async function mayDropSuperseded(
  { katello, settings }: Pick<ReconcileDeps, 'katello' | 'settings'>,
  repository: Repository,
  signal?: AbortSignal,
): Promise<boolean> {
  if (settings.superseded !== 'auto') return settings.superseded === 'remove';
  if ((repository.content_view_versions ?? []).length === 0) return false;
  return dropsSharedTags(await katello.readVersion(signal));
}

/** True for Katello versions whose index destroys tags of published copies. */
export function dropsSharedTags(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > FIRST_VERSION[0] || (major === FIRST_VERSION[0] && minor >= FIRST_VERSION[1]);
}
