/**
 * Whether the registry of a smart proxy serves what was pushed: asked for the tags that the newest push changed.
 */
import type { Receipt } from '../../domain/receipt.ts';
import type { Mirrored, Proxy } from '../../katello/proxies.ts';
import type { ProxyDeps } from './deps.ts';

/** A sync brings all tags of a repository, so that a few tell. */
const MOST_TAGS = 2;

/**
 * Null where it cannot be asked, or nothing is known that it should serve: then Katello's word for the sync is enough.
 */
export async function isServing(
  { registries, katello }: Pick<ProxyDeps, 'registries' | 'katello'>,
  { url }: Proxy,
  { repositoryId, containerName }: Mirrored,
  receipt: Receipt | null,
  signal: AbortSignal,
): Promise<boolean | null> {
  const pushed = (receipt?.tags ?? []).filter(({ to }) => to !== null).slice(0, MOST_TAGS);
  if (containerName === null || pushed.length === 0) return null;

  const differing: { readonly tag: string; readonly digest: string | null }[] = [];
  for (const { name: tag, to } of pushed) {
    const served = await registries.readTag({ proxyUrl: url, containerName, tag }, signal);
    if (served === 'unknown') return null;
    if (served.digest !== to) differing.push({ tag, digest: served.digest });
  }
  if (differing.length === 0) return true;

  // somebody may have moved or removed them in Katello since
  const names = differing.map(({ tag }) => tag);
  const { digests } = await katello.findTags(repositoryId, names, signal);
  return differing.every(({ tag, digest }) => (digests.get(tag) ?? null) === digest);
}
