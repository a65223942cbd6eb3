/** Katello's whole state, taken and put back as a backup, or changed past its API. */
import { z } from 'zod';
import type { Scene } from './scene.ts';

const World = z.looseObject({
  users: z.array(
    z.looseObject({
      login: z.string(),
      roles: z.array(
        z.looseObject({ productIds: z.array(z.number()).nullish(), organizationIds: z.array(z.number()).nullish() }),
      ),
    }),
  ),
});
export type KatelloWorld = z.infer<typeof World>;

export async function backUpKatello({ lab }: Pick<Scene, 'lab'>): Promise<KatelloWorld> {
  return World.parse(await (await fetch(`${lab.standIn.controlUrl}/world`)).json());
}

export async function restoreKatello({ lab }: Pick<Scene, 'lab'>, world: KatelloWorld): Promise<void> {
  const answer = await fetch(`${lab.standIn.controlUrl}/world`, { method: 'PUT', body: JSON.stringify(world) });
  if (!answer.ok) throw new Error(`the stand-in refuses a world: ${await answer.text()}`);
}

/** The reactor's account may not see any product, or organization, any more; answers what takes it back. */
export async function hideFromReactor(
  scene: Pick<Scene, 'lab'>,
  what: 'products' | 'organizations',
): Promise<() => Promise<void>> {
  const filter = what === 'products' ? 'productIds' : 'organizationIds';
  const limit = async (ids: number[] | null): Promise<void> => {
    const world = await backUpKatello(scene);
    for (const { login, roles } of world.users) for (const role of login === 'kpr' ? roles : []) role[filter] = ids;
    await restoreKatello(scene, world);
  };
  await limit([]);
  return () => limit(null);
}
