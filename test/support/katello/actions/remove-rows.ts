/** Taking rows out of the tables when their repository, product or organization goes. */
import type { App } from '../app.ts';
import type { Repository } from '../state/rows.ts';

/** Removes one instance with its links; the last one takes its root along. Tag and manifest rows stay behind. */
export function removeRepository({ world, store }: App, repository: Repository): void {
  const isOther = (link: { repositoryId: number }): boolean => link.repositoryId !== repository.id;
  world.manifestLinks = world.manifestLinks.filter(isOther);
  world.tagLinks = world.tagLinks.filter(isOther);
  world.metaTagLinks = world.metaTagLinks.filter(isOther);
  world.repositories = world.repositories.filter((row) => row.id !== repository.id);
  if (!world.repositories.some((row) => row.rootId === repository.rootId)) {
    world.roots = world.roots.filter((root) => root.id !== repository.rootId);
  }
  for (const view of world.contentViews) view.repositoryIds = view.repositoryIds.filter((id) => id !== repository.id);
  for (const proxy of world.proxies) {
    proxy.syncedRepositoryIds = proxy.syncedRepositoryIds.filter((id) => id !== repository.id);
  }
  const linked = new Set(world.metaTagLinks.map((link) => link.unitId));
  world.metaTags = world.metaTags.filter((row) => linked.has(row.id));
  store.changed();
}
