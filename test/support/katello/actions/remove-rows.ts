/** Taking rows out of the tables when their repository, product or organization goes. */
import type { App } from '../app.ts';
import type { Link, Repository } from '../state/rows.ts';

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

/** Removes the tag and manifest rows that no repository has any more: an image that comes back is unknown then. */
export function removeOrphanedUnits({ world, store }: App): void {
  const linked = (links: readonly Link[]): Set<number> => new Set(links.map((link) => link.unitId));
  const [manifests, tags] = [linked(world.manifestLinks), linked(world.tagLinks)];
  world.manifests = world.manifests.filter((row) => manifests.has(row.id));
  for (const list of world.manifests) list.memberIds = list.memberIds.filter((id) => manifests.has(id));
  const isThere = (id: number | null): boolean => id === null || manifests.has(id);
  world.tags = world.tags.filter((row) => tags.has(row.id) && isThere(row.manifestId));
  const left = new Set(world.tags.map((row) => row.id));
  world.tagLinks = world.tagLinks.filter((link) => left.has(link.unitId));
  store.changed();
}
