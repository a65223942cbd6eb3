/** Every state of Katello's repository in Pulp, also those that it passed through. */
import { readVersionRef, versionHref } from '../../../lib/pulp/href.ts';
import { Manifest, Tag } from '../../../lib/pulp/schema.ts';
import type { Scene } from './scene.ts';

/** Digest by tag, for each version that there ever was, oldest first: whatever could be pulled is among them. */
export async function listVersions(scene: Scene): Promise<Record<string, string>[]> {
  const { pulp } = scene;
  const { repositoryHref, number: last } = readVersionRef((await scene.repository()).version_href);
  const versions: Record<string, string>[] = [];
  for (let number = 1; number <= last; number++) {
    const within = `?repository_version=${versionHref(repositoryHref, number)}&limit=1000`;
    const manifests = await pulp.list(`content/container/manifests/${within}`, Manifest);
    const digestOf = new Map(manifests.map(({ pulp_href, digest }) => [pulp_href, digest]));
    const tags = await pulp.list(`content/container/tags/${within}`, Tag);
    versions.push(
      Object.fromEntries(tags.map(({ name, tagged_manifest }) => [name, digestOf.get(tagged_manifest) ?? ''])),
    );
  }
  return versions;
}
