/** Replays a table of creates: names in, labels and container names out. */

import { compareBodies, type Difference } from './compare.ts';
import type { Driver } from './driver.ts';
import type { Facts } from './facts.ts';
import { isObject, numberAt, textAt } from './json.ts';
import { identityOf } from './people.ts';
import { arrangeNextId } from './prepare-ids.ts';
import type { RecordedTable } from './recording.ts';

export async function replayTable(
  { rows, as }: RecordedTable,
  driver: Driver,
  { facts }: { readonly facts: Facts },
): Promise<Difference[]> {
  const differences: Difference[] = [];
  for (const row of rows) {
    const name = row.name.replace(/^(.)\1*… \((\d+) characters\)$/, (_all, letter: string, count: string) =>
      letter.repeat(Number(count)),
    );
    const world = await driver.readWorld();
    const productLabel = /product (?:label )?(\S+)$/.exec(row.kind)?.[1];
    const product = world.products.find((candidate) => candidate.label === productLabel);
    arrangeNextId(world, facts, name, product?.id ?? null);
    await driver.writeWorld(world);

    const answer = await driver.send({
      method: 'POST',
      path: row.kind === 'product' ? '/katello/api/v2/products' : '/katello/api/v2/repositories',
      headers: { 'content-type': 'application/json', authorization: identityOf(as, false).authorization ?? '' },
      body: JSON.stringify(
        row.kind === 'product'
          ? { organization_id: 1, name }
          : { name, product_id: product?.id, content_type: 'docker' },
      ),
      from: '127.0.0.1',
    });
    await driver.settle(null);
    const given = {
      status: answer.status,
      label: textAt(answer.body, 'label'),
      ...(row.kind === 'product'
        ? {}
        : {
            container_repository_name: textAt(answer.body, 'container_repository_name'),
            relative_path: textAt(answer.body, 'relative_path'),
          }),
      errors: isObject(answer.body) && answer.status >= 300 ? (answer.body['errors'] ?? null) : null,
    };
    const { kind: _kind, name: _name, ...recorded } = row;
    for (const { place, what } of compareBodies('', masked(recorded), masked(given))) {
      differences.push({ place: `${row.kind} ${JSON.stringify(row.name)}: ${place}`, what });
    }
    if (numberAt(answer.body, 'id') === null && answer.status < 300)
      differences.push({ place: row.name, what: 'has no id' });
  }
  return differences;
}

/** Labels that are drawn at random look alike. */
function masked(value: unknown): unknown {
  const text = JSON.stringify(value).replace(/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/g, '<uuid>');
  return JSON.parse(text) as unknown;
}
