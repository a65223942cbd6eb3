/**
 * The life of one push repository in short, with every kind of call that a reconcile makes: a first push of an image and
 * of an index for two architectures, then the image's tag on another image.
 */
import { createImage, createTwoArchitectures } from '../image/image.ts';
import { findDigest } from '../image/push.ts';
import type { Lab } from '../lab.ts';
import { settlePath } from './settle.ts';
import { readWorld } from './world.ts';

const PATH = 'acme/api';
const first = createImage({ seed: 'first' });
const second = createImage({ seed: 'second' });
const index = createTwoArchitectures({ seed: 'both' });

/** Versions up to 4.15 join container names by `-`. */
export type NameJoin = '/' | '-';

export interface Told {
  /** attempts that were used up, of ten for each push */
  readonly attempts: number;
}

/** @throws what puts the path into the failed set */
export async function tellStory(lab: Lab): Promise<Told> {
  await lab.push(PATH, '1', first);
  await lab.push(PATH, 'multi', index);
  const made = await settlePath(lab, PATH);
  await lab.push(PATH, '1', second);
  const moved = await settlePath(lab, PATH);
  return { attempts: made.attempts + moved.attempts };
}

/** What is wrong in the end; an empty list if nothing is. */
export async function findFlaws(lab: Lab, join: NameJoin = '/'): Promise<string[]> {
  const name = ['acme', 'container_push', 'api'].join(join);
  const wanted = { 1: second.manifest.digest, multi: index.manifest.digest };
  const flaws: string[] = [];
  const check = (what: string, found: unknown, expected: unknown): void => {
    const [a, b] = [JSON.stringify(found), JSON.stringify(expected)];
    if (a !== b) flaws.push(`${what}: ${a} instead of ${b}`);
  };

  check('listed', await lab.listed(name), wanted);
  for (const [tag, digest] of Object.entries(wanted)) {
    check(`served ${tag}`, await findDigest(lab.fakePulp, name, tag), digest);
  }
  check('receipt', lab.receipts.get(PATH)?.state, 'done');
  check('one more run', await lab.reconcile(PATH), { kind: 'done', result: 'unchanged' });

  const { products, repositories, paused } = await readWorld(lab.standIn);
  check('products', products, ['acme/Container Push', 'acme/web']);
  check('repositories', repositories, ['acme/Container Push/api']);
  check('paused tasks', paused, []);
  const bases = [...lab.fakePulp.state.distributions.values()].map(({ basePath }) => basePath).toSorted();
  check('distributions', bases, [name, `kpr.push/${PATH}`].toSorted());
  check('repositories in Pulp', lab.fakePulp.state.repositories.size, 2);
  return flaws;
}
