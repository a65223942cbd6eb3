/** Makes the ids that an exchange is going to give out the next ones, and takes out the rows that it is going to make. */
import { type World } from '../support/katello/state/rows.ts';
import { type Arrangement, companionsOf } from './arrangement.ts';
import { type Facts } from './facts.ts';
import { numberAt, objectAt, textAt } from './json.ts';
import { type RecordedExchange } from './recording.ts';

/** The row of a create is not there yet, and its id is the next one. */
export function prepareCreate({ world, facts }: Arrangement, { request, response }: RecordedExchange): void {
  const id = numberAt(response.body, 'id');
  if (id === null) return;
  if (request.path.includes('/products')) {
    const name = textAt(request.body, 'name');
    world.products = world.products.filter((row) => row.id !== id && row.name !== name);
    world.nextIds['products'] = id;
  } else if (request.path.includes('/repositories')) {
    world.repositories = world.repositories.filter((row) => row.id !== id);
    world.roots = world.roots.filter((row) => row.id !== 1000 + id);
    world.nextIds['repositories'] = id;
  } else if (request.path.includes('/organizations')) {
    const { libraryId, viewId, versionId } = companionsOf(facts, id);
    world.nextIds['organizations'] = id;
    world.nextIds['environments'] = libraryId;
    world.nextIds['contentViews'] = viewId;
    world.nextIds['contentViewVersions'] = versionId;
  } else if (request.path.includes('/content_views')) {
    world.nextIds['contentViews'] = id;
    world.nextIds['contentViewVersions'] = id;
  }
}

/** A create that fails behind its planning leaves a row, whose id later answers tell. */
export function prepareHalfCreate({ world, facts }: Arrangement, { request, response }: RecordedExchange): void {
  const isHalf = JSON.stringify(response.body).includes('CandlepinError');
  const name = textAt(request.body, 'name');
  if (isHalf && name !== null) arrangeNextId(world, facts, name, numberAt(request.body, 'product_id'));
}

/** Copies get the ids that they are shown with; the archive comes before the copy. */
export function prepareCopies({ world, facts }: Arrangement, { request }: RecordedExchange): void {
  const viewId = Number(/\/content_views\/(\d+)/.exec(request.path)?.[1]);
  for (const [id, seen] of facts.repositories) {
    const isCopy = seen.some(({ row }) => numberAt(objectAt(row, 'content_view'), 'id') === viewId);
    if (isCopy) world.nextIds['repositories'] = id - 1;
  }
}

/** Makes the next id the one that the recordings show for a row of that name. */
export function arrangeNextId(world: World, facts: Facts, name: string, productId: number | null): void {
  if (productId === null) {
    const known = [...facts.products].find(
      ([id, fact]) => fact['name'] === name && !world.products.some((row) => row.id === id),
    );
    if (known !== undefined) world.nextIds['products'] = known[0];
    else world.nextIds['products'] = Math.max(500, ...world.products.map((row) => row.id + 1));
    return;
  }
  const known = [...facts.repositories].find(
    ([id, seen]) =>
      seen.some(({ row }) => row['name'] === name && numberAt(objectAt(row, 'product'), 'id') === productId) &&
      !world.repositories.some((row) => row.id === id),
  );
  world.nextIds['repositories'] = known?.[0] ?? Math.max(500, ...world.repositories.map((row) => row.id + 1));
}
