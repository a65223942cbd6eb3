/** Two daemons on one Redis while pushes, faults and restarts come by chance: what was pulled follows what was pushed. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { createFigures } from '../support/faults/figures.ts';
import { drawHistory } from '../support/faults/history/events.ts';
import { createLanes } from '../support/faults/history/lanes.ts';
import { startPair } from '../support/faults/history/pair.ts';
import { createPusher } from '../support/faults/history/pusher.ts';
import { createRecorder, type Recorder } from '../support/faults/history/recorder.ts';
import { findUnrest, mendLateWrites, untilAtRest } from '../support/faults/history/rest.ts';
import { createTroubles } from '../support/faults/history/troubles.ts';
import { startWatch } from '../support/faults/history/watch.ts';
import { createRandom } from '../support/faults/random.ts';
import { nameInPushProduct, PREFIX, type Rig, withRig } from '../support/faults/rig.ts';
import { isLong, seed } from '../support/faults/settings.ts';

const PATHS = Array.from({ length: 6 }, (_, i) => `org${1 + (i % 2)}/app${i}`);
const TAGS = ['latest', '1', '2', '3'];
const EVENTS = isLong ? 600 : 70;
const LONG_FREEZES = isLong ? 6 : 1;
const PAUSE_MS = 700;
const SETTLE_MS = isLong ? 300_000 : 90_000;

describe(`a random run of two daemons on one Redis (seed ${seed})`, function () {
  this.timeout(isLong ? 1_800_000 : 220_000); // the events, and the waits of what was killed or stood still
  const figures = createFigures(this.title);
  after(() => figures.print());

  it('serves each tag as it was pushed, in that order, and comes to rest', async () => {
    await withRig({ name: 'history', organizations: 2, env: { KPR_POLL_IDLE_SECONDS: '2' } }, async (rig) => {
      const recorder = createRecorder();
      const { counts, pulls, late, flaws } = await play(rig, recorder);

      const troubles = [...counts].map(([kind, count]) => `${count} ${kind}`).join(', ');
      const note = `${pulls} pulls; ${troubles}; ${late} late writes`;
      figures.add({ fault: 'pushes, faults and restarts by chance', runs: recorder.pushes, flaws, note });
      expect(flaws).to.deep.equal([]);
    });
  });
});

interface Played {
  /** troubles of each kind */
  readonly counts: ReadonlyMap<string, number>;
  readonly pulls: number;
  /** paths that had to be run again because a write came late and Redis had forgotten it */
  readonly late: number;
  readonly flaws: readonly string[];
}

async function play(rig: Rig, recorder: Recorder): Promise<Played> {
  const random = createRandom(seed);
  const drawing = { count: EVENTS, paths: PATHS, tags: TAGS, pauseMs: PAUSE_MS, longFreezes: LONG_FREEZES };
  const happenings = drawHistory(random, drawing);
  const watch = startWatch({ fakePulp: rig.fakePulp, recorder, paths: PATHS, tags: TAGS, nameOf: nameInPushProduct });
  const pair = await startPair(rig);
  const push = createPusher(rig.fakePulp, PREFIX, recorder);
  const troubles = createTroubles(rig, pair, random);

  try {
    const lanes = createLanes();
    for (const { afterMs, event } of happenings) {
      await delay(afterMs);
      if (event.kind === 'push' || event.kind === 'delete') lanes.add(event.path, () => push(event));
      else lanes.add(troubles.laneOf(event), () => troubles.make(event, event.lastsMs));
    }
    await lanes.end();
    await untilAtRest(rig, pair, recorder, SETTLE_MS);
    const late = troubles.counts.has('forget') ? await mendLateWrites(rig, pair, recorder, SETTLE_MS) : 0;
    const pulls = await watch.stop();
    const flaws = [...recorder.findContradictions(), ...(await findUnrest(rig, pair, recorder))];
    return { counts: troubles.counts, pulls, late, flaws };
  } finally {
    await pair.close();
  }
}
