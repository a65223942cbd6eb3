/**
 * Looks at the bytes behind what is about to be copied, without reading them.
 */
import { findMismatch, type StoredBlob } from '../domain/blob.ts';
import type { Plan } from '../domain/plan.ts';
import { refuse } from '../domain/reason.ts';
import type { Manifest, Pushed } from '../domain/snapshot.ts';
import type { Pulp } from '../pulp/pulp.ts';

/** The manifests of the tags that a plan copies. */
export function copiedManifests({ actions }: Plan, { tags }: Pushed): Manifest[] {
  const copied = actions.flatMap((action) => (action.kind === 'copy-tags' ? action.tags : []));
  return copied.flatMap(({ name }) => tags.get(name)?.manifest ?? []);
}

/**
 * Passes if each blob of these manifests has the bytes that its digest stands for. Two calls for up to 80 blobs, none for
 * none.
 *
 * @throws E_REFUSED blob-mismatch
 */
export async function checkBlobs(
  pulp: Pick<Pulp, 'readBlobs' | 'readArtifacts'>,
  manifests: readonly Manifest[],
  signal?: AbortSignal,
): Promise<void> {
  const hrefs = new Set(manifests.flatMap(({ blobs }) => blobs));
  const digest = findMismatch(await readStored(pulp, [...hrefs], signal));
  if (digest !== null) throw refuse('blob-mismatch', { digest });
}

async function readStored(
  pulp: Pick<Pulp, 'readBlobs' | 'readArtifacts'>,
  hrefs: readonly string[],
  signal?: AbortSignal,
): Promise<StoredBlob[]> {
  const blobs = await pulp.readBlobs(hrefs, signal);
  const artifactHrefs = new Set(blobs.flatMap(({ artifact }) => artifact ?? []));
  const artifacts = await pulp.readArtifacts([...artifactHrefs], signal);
  const sha256Of = new Map(artifacts.map(({ pulp_href, sha256 }) => [pulp_href, sha256]));
  // bytes that Pulp cannot tell about are no proof
  return blobs.map(({ digest, artifact }) => ({
    digest,
    sha256: artifact === null ? null : (sha256Of.get(artifact) ?? ''),
  }));
}
