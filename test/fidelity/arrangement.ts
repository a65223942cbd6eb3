/** What the rooms of arranging share: the world, and what is known of it. */
import { type World } from '../support/katello/state/rows.ts';
import { type Companions, type Facts } from './facts.ts';
import { numberAt } from './json.ts';
import { type Recording } from './recording.ts';

export interface Arrangement {
  readonly world: World;
  readonly facts: Facts;
  readonly recordings: readonly Recording[];
  /** recorded ids of tasks that the stand-in itself ran, and its own ids for them */
  readonly taskIds: Map<string, string>;
  /** repositories and products that an exchange destroyed: they do not come back */
  readonly destroyed: ReadonlySet<string>;
}

export function companionsOf(facts: Facts, organizationId: number): Required<Companions> {
  const unknown = 100 + organizationId;
  return { libraryId: unknown, viewId: unknown, versionId: unknown, ...facts.companions.get(organizationId) };
}

export function libraryOf(world: World, productId: number): number {
  const roots = world.roots.filter((root) => root.productId === productId).map((root) => root.id);
  return world.repositories.find((row) => roots.includes(row.rootId))?.id ?? 0;
}

export function isImport(path: string): boolean {
  return path.endsWith('/import_uploads');
}

export function isCreateOf(recording: Recording, path: string, id: number | null): boolean {
  return (
    recording.kind === 'exchange' &&
    recording.request.method === 'POST' &&
    recording.request.path.endsWith(path) &&
    recording.response.status === 201 &&
    numberAt(recording.response.body, 'id') === id
  );
}
