/** A push into a sandbox, followed until Katello lists it. */
import { randomUUID } from 'node:crypto';
import { createImage, createTwoArchitectures, type Pushable } from '../../image/image.ts';
import { push } from '../../image/push.ts';
import { type ListedTag, listTags } from '../listing.ts';
import { ServerProblem } from '../problem.ts';
import { PREFIX } from '../reactor.ts';
import { waitFor } from '../wait.ts';
import { type Description, doorOf } from './description.ts';

/** A push path and a tag. */
export interface Reference {
  readonly path: string;
  readonly tag: string;
}

/** Reads `PATH:TAG`, with or without the prefix; null when it is neither. */
export function parseReference(text: string): Reference | null {
  const [, path, tag] = /^(.+):([^/:]+)$/.exec(text) ?? [];
  if (path === undefined || tag === undefined) return null;
  return { path: path.startsWith(`${PREFIX}/`) ? path.slice(PREFIX.length + 1) : path, tag };
}

/** An image that was never pushed before; an index over two of them if asked. */
export function createNewImage(isIndex: boolean): Pushable {
  const seed = randomUUID();
  return isIndex ? createTwoArchitectures({ seed }) : createImage({ seed });
}

/** Pushes the image to the push host as this user. @throws ServerProblem with what was said against it */
export async function pushAs(
  description: Description,
  login: string,
  { path, tag }: Reference,
  image: Pushable,
  signal?: AbortSignal,
): Promise<void> {
  await push(await doorOf(description, login), path, tag, image, { signal }).catch((error: unknown) => {
    signal?.throwIfAborted();
    throw new ServerProblem(`${path}:${tag} cannot be pushed`, '', { cause: error });
  });
}

/** How long the reactor may take for one small push before something is wrong. */
const PATIENCE_MS = 120_000;

/** Waits until Katello lists this tag with this digest in some repository, and answers where. */
export async function waitUntilListed(
  description: Description,
  tag: string,
  digest: string,
  signal?: AbortSignal,
): Promise<ListedTag> {
  const hint = `What the reactor says: ./scripts/sandbox logs reactor --world ${description.world}`;
  const look = (): Promise<ListedTag | undefined> => findListed(description, tag, digest);
  return waitFor(`tag ${tag} in Katello`, look, { timeoutMs: PATIENCE_MS, gapMs: 300, signal, hint });
}

/** Where Katello lists this tag with this digest, or undefined. */
export async function findListed(
  { katello }: Description,
  tag: string,
  digest: string,
): Promise<ListedTag | undefined> {
  const listed = await listTags({ url: katello.url, administrator: katello });
  return listed.find((row) => row.tag === tag && row.digest === digest);
}
