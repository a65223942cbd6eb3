/** Images as an OCI image layout on disk, for clients that read one (`skopeo copy oci:DIR:TAG …`). */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Blob, Pushable } from './image.ts';

/** Writes the layout with one tag into `dir`, which is made. */
export async function writeLayout(dir: string, tag: string, pushable: Pushable): Promise<void> {
  const blobs = join(dir, 'blobs', 'sha256');
  await mkdir(blobs, { recursive: true });
  for (const { digest, bytes } of blobsOf(pushable)) await writeFile(join(blobs, digest.replace('sha256:', '')), bytes);

  const { mediaType, digest, bytes } = pushable.manifest;
  const entry = { mediaType, digest, size: bytes.length, annotations: { 'org.opencontainers.image.ref.name': tag } };
  const index = { schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json', manifests: [entry] };
  await writeFile(join(dir, 'index.json'), JSON.stringify(index));
  await writeFile(join(dir, 'oci-layout'), JSON.stringify({ imageLayoutVersion: '1.0.0' }));
}

function blobsOf(pushable: Pushable): Blob[] {
  if (pushable.kind === 'image') return [...pushable.blobs, pushable.manifest];
  return [...pushable.children.flatMap(blobsOf), pushable.manifest];
}
