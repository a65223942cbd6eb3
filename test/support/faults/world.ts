/** What Katello's stand-in holds, for a look from outside: what there is, what is there twice, what hangs. */
import { z } from 'zod';
import type { StandIn } from '../katello/stand-in.ts';

const World = z.object({
  organizations: z.array(z.object({ id: z.number(), label: z.string() })),
  products: z.array(z.object({ id: z.number(), name: z.string(), organizationId: z.number() })),
  roots: z.array(z.object({ id: z.number(), name: z.string(), productId: z.number() })),
  tasks: z.array(z.object({ label: z.string(), state: z.string(), errors: z.array(z.string()) })),
});

export interface KatelloWorld {
  /** `organization/product`, sorted; twins show as equal rows */
  readonly products: readonly string[];
  /** `organization/product/repository`, sorted */
  readonly repositories: readonly string[];
  /** label and first error of each paused task */
  readonly paused: readonly string[];
}

export async function readWorld({ controlUrl }: Pick<StandIn, 'controlUrl'>): Promise<KatelloWorld> {
  const answer = await fetch(`${controlUrl}/world`);
  const { organizations, products, roots, tasks } = World.parse(await answer.json());
  const labels = new Map(organizations.map(({ id, label }) => [id, label]));
  const names = new Map(products.map(({ id, name, organizationId }) => [id, `${labels.get(organizationId)}/${name}`]));
  return {
    products: [...names.values()].toSorted(),
    repositories: roots.map(({ name, productId }) => `${names.get(productId)}/${name}`).toSorted(),
    paused: tasks.filter(({ state }) => state === 'paused').map(({ label, errors }) => `${label}: ${errors[0]}`),
  };
}

/** Entries that are there more than once. */
export function twinsIn(entries: readonly string[]): string[] {
  return entries.filter((entry, at) => entries.indexOf(entry) !== at);
}
