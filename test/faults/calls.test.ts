/** One fault at one call, for every call that a reconcile makes. */
import { expect } from 'chai';
import { callSiteOf } from '../support/faults/call-site.ts';
import { FAULTS, hastened, type WireFault } from '../support/faults/fault.ts';
import { type FaultyLab, type ServerName, startFaultyLab } from '../support/faults/faulty-lab.ts';
import { createFigures } from '../support/faults/figures.ts';
import { inParallel } from '../support/faults/in-parallel.ts';
import { createRandom, type Random } from '../support/faults/random.ts';
import { isLong, seed } from '../support/faults/settings.ts';
import { findFlaws, type NameJoin, tellStory } from '../support/faults/story.ts';
import type { LabOptions } from '../support/lab.ts';

/** Labs at once: most of a story is waiting for tasks. */
const WIDTH = 8;
/** Places that each fault is tried at in the short run; which ones is left to chance. */
const SOME = { writes: 3, reads: 1 };

/** A call of the story: the n-th of its site. */
interface Place {
  readonly server: ServerName;
  readonly site: string;
  readonly occurrence: number;
}

interface Pair extends Pick<LabOptions, 'world' | 'katelloVersion'> {
  readonly join: NameJoin;
}

const PAIRS: readonly Pair[] = [
  { world: 'b', katelloVersion: '5.0.1', join: '/' },
  ...(isLong ? ([{ world: 'a', katelloVersion: '4.14.3', join: '-' }] as const) : []),
];

for (const { join, ...servers } of PAIRS) {
  const title = `one fault at one call, world ${servers.world}, Katello ${servers.katelloVersion} (seed ${seed})`;
  describe(title, function () {
    this.timeout(isLong ? 900_000 : 180_000); // each case is an installation of its own and two pushes
    const figures = createFigures(title);
    const random = createRandom(seed);
    let places: readonly Place[];
    before(async () => {
      places = await listPlaces(servers);
    });
    after(() => figures.print());

    for (const fault of FAULTS) {
      it(`${fault} is made up for`, async () => {
        const chosen = isLong ? places : somePlaces(places, random);
        const flaws: string[] = [];
        let runs = 0;

        await inParallel(WIDTH, chosen, async (place) => {
          const told = await tellWith(fault, place, servers, join);
          if (told.hasCome) runs += 1;
          flaws.push(...told.flaws);
        });

        figures.add({ fault, runs, converged: runs - flaws.length, flaws });
        expect(flaws).to.deep.equal([]);
        expect(runs).to.be.above(0);
      });
    }
  });
}

interface Told {
  /** false if the story had fewer calls of that site than usual */
  readonly hasCome: boolean;
  /** a line if the story did not end well, none if it did */
  readonly flaws: readonly string[];
}

async function tellWith(fault: WireFault, place: Place, servers: LabOptions, join: NameJoin): Promise<Told> {
  const { server, site, occurrence } = place;
  const lab = await startStory(servers);
  const proxy = lab.proxies[server];
  const where = `${fault} at ${server} ${site}, ${occurrence}`;
  let seen = 0;
  proxy.trouble((call) => {
    if (callSiteOf(call) !== site || ++seen !== occurrence) return null;
    return isLong ? fault : hastened(fault, call);
  });
  try {
    await tellStory(lab);
    proxy.trouble(null);
    const flaws = await findFlaws(lab, join);
    return { hasCome: seen >= occurrence, flaws: flaws.length === 0 ? [] : [`${where}: ${flaws.join('; ')}`] };
  } catch (error) {
    return { hasCome: true, flaws: [`${where}: ${String(error)}`] };
  } finally {
    await lab.close();
  }
}

/** Every call of a story without faults; of one that is repeated until a task ends, the first. */
async function listPlaces(servers: LabOptions): Promise<Place[]> {
  const lab = await startStory(servers);
  await tellStory(lab);
  await lab.close();

  const places: Place[] = [];
  for (const server of ['pulp', 'katello'] as const) {
    const seen = new Map<string, number>();
    for (const site of lab.proxies[server].calls.map(callSiteOf)) {
      const occurrence = (seen.get(site) ?? 0) + 1;
      seen.set(site, occurrence);
      if (occurrence === 1 || !site.includes('tasks')) places.push({ server, site, occurrence });
    }
  }
  return places;
}

function somePlaces(places: readonly Place[], random: Random): Place[] {
  const isRead = ({ site }: Place): boolean => site.startsWith('GET ');
  const writes = places.filter((place) => !isRead(place));
  return [...random.some(SOME.reads, places.filter(isRead)), ...random.some(SOME.writes, writes)];
}

function startStory(servers: LabOptions): Promise<FaultyLab> {
  return startFaultyLab({ ...servers, settings: { superseded: 'remove' } });
}
