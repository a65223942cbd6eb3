/**
 * What a smart proxy does when it syncs: it pulls the tags that Katello lists from Katello's own registry, name by name,
 * and Katello tells the proxy's registry afterwards what to serve.
 */
import type { App } from '../app.ts';
import type { Mirrored, MirroredManifest, Proxy, Repository } from '../state/rows.ts';
import { StepError } from '../tasks/step-error.ts';

const ANY_MANIFEST = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

/** A proxy has a registry of its own where its address is one of this machine; else it is a row only. */
export function hasRegistry({ url, isPrimary }: Proxy): boolean {
  return !isPrimary && url.startsWith('http:');
}

/** @throws StepError when Katello's registry does not serve what Katello lists */
export async function mirrorRepository(app: App, proxy: Proxy, repository: Repository): Promise<void> {
  const { containerRepositoryName: containerName } = repository;
  if (!hasRegistry(proxy) || containerName === null) return;
  const tags: Record<string, string> = {};
  const manifests: MirroredManifest[] = [];
  for (const tag of listTags(app, repository)) {
    const manifest = await pull(app, containerName, tag);
    tags[tag] = manifest.digest;
    manifests.push(manifest);
  }
  const { world, store } = app;
  const isSame = (row: Mirrored) => row.proxyId === proxy.id && row.repositoryId === repository.id;
  const before = world.mirrored.find(isSame);
  const wasListed = before?.isListed === true && before.containerName === containerName;
  const isListed = proxy.behaviour === 'unlisted' ? wasListed : true;
  world.mirrored = world.mirrored.filter((row) => !isSame(row));
  world.mirrored.push({ proxyId: proxy.id, repositoryId: repository.id, containerName, isListed, tags, manifests });
  store.changed();
}

/** Names of the tags that Katello's index holds of it. */
function listTags({ world }: App, { id }: Repository): string[] {
  const linked = new Set(world.metaTagLinks.filter((link) => link.repositoryId === id).map((link) => link.unitId));
  return world.metaTags.filter((row) => linked.has(row.id)).map(({ name }) => name);
}

async function pull({ registryUrl, signal }: App, name: string, tag: string): Promise<MirroredManifest> {
  const url = `${registryUrl()}/v2/${name}/manifests/${tag}`;
  const answer = await fetch(url, { headers: { accept: ANY_MANIFEST }, signal });
  if (!answer.ok) {
    throw new StepError('Katello::Errors::Pulp3Error', `${answer.status}, message=${answer.statusText}, url=${url}`);
  }
  const digest = answer.headers.get('docker-content-digest') ?? '';
  return { digest, mediaType: answer.headers.get('content-type') ?? '', body: await answer.text() };
}
