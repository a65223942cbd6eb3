/** OCI image layouts: what clients push from and pull into. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { Pushable } from '../../support/image/image.ts';
import { writeLayout } from '../../support/image/layout.ts';
import { type Outcome, oncePerImage, type Pulled, shortNameOf } from './client.ts';

/** Writes each pushable once, below `dir`; answers the directory of its layout, in which it has the tag `1`. */
export function createLayouts(dir: string): (pushable: Pushable) => Promise<string> {
  return oncePerImage(async (pushable) => {
    const layout = join(dir, shortNameOf(pushable));
    await writeLayout(layout, '1', pushable);
    return layout;
  });
}

const Index = z.object({ manifests: z.array(z.object({ digest: z.string() })) });

/** What a client pulled into a layout of its own. */
export async function readPulledLayout(outcome: Outcome, layout: string): Promise<Pulled> {
  if (!outcome.isDone) return { ...outcome, digest: null };
  const { manifests } = Index.parse(JSON.parse(await readFile(join(layout, 'index.json'), 'utf8')));
  return { ...outcome, digest: manifests.at(-1)?.digest ?? null };
}
