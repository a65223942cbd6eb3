/** Somebody who knows an image before it is pushed, and may push somewhere else. */
import type { Image } from '../image/image.ts';
import type { Scene } from './scene.ts';

/**
 * Pushes other bytes under the digest of the image's layer, into another push repository. Whoever pushes that layer from
 * now on is told that it is there already.
 *
 * @returns the digest
 */
export async function poisonLayer({ pulp, pushName }: Scene, image: Image): Promise<string> {
  const digest = image.blobs.at(-1)?.digest ?? '';
  const started = await pulp.send('POST', `/v2/${pushName}-other/blobs/uploads/`);
  const { status } = await pulp.send('PUT', `${started.headers.get('location')}?digest=${digest}`, {
    body: Buffer.from(`not the bytes of ${digest}`),
  });
  if (status !== 201) throw new Error(`the registry answered ${status} to other bytes`);
  return digest;
}
