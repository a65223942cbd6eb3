/** Images that differ in their manifests only: a further push of one is as cheap as a retag. */
import { z } from 'zod';
import { createImage, digestOf, type Image } from '../../test/support/image/image.ts';

const Manifest = z.looseObject({});

/** An image with its own layer for each seed, and with its own manifest for each variant. */
export function createVariant(seed: string, variant: string): Image {
  const image = createImage({ seed });
  const manifest = Manifest.parse(JSON.parse(image.manifest.bytes.toString()));
  const bytes = Buffer.from(JSON.stringify({ ...manifest, annotations: { variant } }));
  return { ...image, manifest: { ...image.manifest, digest: digestOf(bytes), bytes } };
}
