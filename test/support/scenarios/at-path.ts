/** A scene at another push path, and all that Katello has. */
import { z } from 'zod';
import type { Outcome } from '../../../lib/reconcile/outcome.ts';
import type { Scene } from './scene.ts';

const Rows = z.object({ results: z.array(z.object({ id: z.number(), name: z.string(), label: z.string() })) });
const Made = z.object({ id: z.number() });
const World = z.looseObject({
  users: z.array(z.looseObject({ login: z.string(), organizationIds: z.array(z.number()) })),
});

/** The scene with everything about this path instead; `name` is that of the repository in Katello. */
export function atPath(scene: Scene, path: string, name: string): Scene {
  const { lab } = scene;
  return {
    ...scene,
    path,
    pushName: `${lab.deps.settings.prefix}/${path}`,
    push: (tag, what) => lab.push(path, tag, what),
    run: (): Promise<Outcome> => lab.settle(path),
    runOnce: () => lab.reconcile(path),
    receipt() {
      const receipt = lab.receipts.get(path);
      if (!receipt) throw new Error(`${path} has no receipt`);
      return receipt;
    },
    repository: () => scene.findRepository(name),
  };
}

/** Id of the organization that may be pushed to. */
export async function organizationId(scene: Scene): Promise<number> {
  const { results } = await scene.ask('GET organizations?full_result=true', Rows);
  const found = results.find(({ label }) => label === scene.lab.organization);
  if (!found) throw new Error(`Katello has no organization ${scene.lab.organization}`);
  return found.id;
}

/** Makes an organization with this label, and the reactor's account a member of it. Answers its id. */
export async function createOrganization(scene: Scene, label: string, name = `organization ${label}`): Promise<number> {
  const { id } = await scene.ask('POST organizations', Made, { name, label });
  const { controlUrl } = scene.lab.standIn;
  const world = World.parse(await (await fetch(`${controlUrl}/world`)).json());
  world.users.find(({ login }) => login === 'kpr')?.organizationIds.push(id);
  const answer = await fetch(`${controlUrl}/world`, { method: 'PUT', body: JSON.stringify(world) });
  if (!answer.ok) throw new Error(`the account is no member of ${label}: ${await answer.text()}`);
  return id;
}

/** Makes a product with this label, as a person does. Answers its id. */
export async function createProduct(scene: Scene, label: string): Promise<number> {
  const product = { organization_id: await organizationId(scene), name: `product ${label}`, label };
  return (await scene.ask('POST products', Made, product)).id;
}

/** Products and repositories of the organization, as `kind id label`. */
export async function listAll(scene: Scene): Promise<string[]> {
  const id = await organizationId(scene);
  const kinds = ['products', 'repositories'] as const;
  const lists = kinds.map(async (kind) => {
    const { results } = await scene.ask(`GET ${kind}?organization_id=${id}&full_result=true`, Rows);
    return results.map((row) => `${kind} ${row.id} ${row.label}`);
  });
  return (await Promise.all(lists)).flat();
}
