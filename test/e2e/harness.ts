/** The worlds of an end-to-end run: each is started once, by the first file that needs it, and ended after the last. */
import { rm } from 'node:fs/promises';
import { after, before, describe } from 'mocha';
import type { Pushable } from '../support/image/image.ts';
import { findDigest } from '../support/image/push.ts';
import { listTags } from '../support/servers/listing.ts';
import { WORLDS, type World } from '../support/servers/pins.ts';
import { makeTemporaryDir } from '../support/servers/temporary.ts';
import { waitFor } from '../support/servers/wait.ts';
import { type RunningWorld, startWorld } from '../support/servers/world.ts';

const started = new Map<World, Promise<RunningWorld>>();

/** The first start installs Pulp and migrates its database; a later one takes ten seconds. */
const START_MS = 300_000;
/** A push is listed within seconds, but some wait for a paced second publish or for a server to come back. */
const PATIENCE_MS = 90_000;

/** Declares the rules once for each world; `world()` is the one at hand while a test runs. */
export function describeWorlds(title: string, rules: (world: () => RunningWorld, name: World) => void): void {
  for (const name of WORLDS) {
    describe(`${title} (world ${name})`, function () {
      this.timeout(PATIENCE_MS + 30_000);
      let world: RunningWorld;
      before(async function () {
        this.timeout(START_MS);
        world = await useWorld(name);
      });
      rules(() => world, name);
    });
  }
}

/** What Katello shall show in one repository. */
export interface Wanted {
  /** `organization label/product name/repository name` */
  readonly repository: string;
  readonly tag: string;
  readonly pushable: Pushable;
}

/** Waits until Katello lists the tag with the digest that was pushed and a pull of it gets the same bytes. */
export async function waitUntilPublished(world: RunningWorld, wanted: Wanted): Promise<void> {
  await waitUntilServed(world, wanted.repository, wanted.tag, wanted.pushable.manifest.digest);
}

/** The same for a digest that a client told. */
export async function waitUntilServed(
  world: RunningWorld,
  repository: string,
  tag: string,
  digest: string,
): Promise<void> {
  const registry = { url: world.katello.url, ...world.katello.administrator };
  let seen = 'nothing';
  const look = async (): Promise<true | undefined> => {
    const rows = await listTags(world.katello);
    const row = rows.find((each) => each.repository === repository && each.tag === tag);
    const served = row && (await findDigest(registry, row.pullName, tag));
    seen = `listed ${row?.digest}, served ${served}`;
    return row?.digest === digest && served === digest ? true : undefined;
  };
  const tolerant = (): Promise<true | undefined> => look().catch((error: unknown) => void (seen = String(error)));
  const options = { timeoutMs: PATIENCE_MS, gapMs: 250 };
  await waitFor(`${repository}:${JSON.stringify(tag)} as ${digest}`, tolerant, options).catch((error: unknown) => {
    throw new Error(`${String(error)}; last seen: ${seen}`, { cause: error });
  });
}

/** Tags of this repository that Katello lists, by name, each with its digest. */
export async function readListed(world: RunningWorld, repository: string): Promise<Record<string, string>> {
  const rows = (await listTags(world.katello)).filter((row) => row.repository === repository);
  return Object.fromEntries(rows.map(({ tag, digest }) => [tag, digest]));
}

/** Names of the repositories in which Katello lists a tag. */
export async function listRepositories(world: RunningWorld): Promise<string[]> {
  return [...new Set((await listTags(world.katello)).map((row) => row.repository))];
}

function useWorld(name: World): Promise<RunningWorld> {
  const running = started.get(name) ?? makeTemporaryDir(`e2e-${name}`).then((dir) => startWorld({ world: name, dir }));
  started.set(name, running);
  return running;
}

after('end every world', async function () {
  this.timeout(60_000);
  for (const running of started.values()) {
    const world = await running;
    await world.stop();
    await rm(world.site.dir, { recursive: true });
  }
});
