/** `kill -9` at each write of a reconcile: whoever starts next brings the push to its end. */
import { expect } from 'chai';
import type { DaemonProcess } from '../support/faults/daemon.ts';
import { createFigures } from '../support/faults/figures.ts';
import { inParallel } from '../support/faults/in-parallel.ts';
import { createRandom } from '../support/faults/random.ts';
import { findFlaws, type Rig, startRig, untilSettled } from '../support/faults/rig.ts';
import { isLong, seed } from '../support/faults/settings.ts';
import { FIRST, killAt, MOMENTS, MOVED, type Moment, type Step } from '../support/faults/steps.ts';
import { createTwoArchitectures } from '../support/image/image.ts';

const LANES = isLong ? 8 : 2;
/** Kills at each step in the long run; in the short one some steps are killed at once each. */
const TIMES = 20;
const SETTLE_MS = 120_000;

interface Crash {
  readonly step: Step;
  readonly moment: Moment;
}

interface Lane {
  readonly rig: Rig;
  daemon: DaemonProcess;
}

describe(`kill -9 of the daemon (seed ${seed})`, function () {
  this.timeout(isLong ? 3_600_000 : 100_000); // a job of a dead process is taken over after half a minute
  const figures = createFigures(this.title);
  after(() => figures.print());

  it('at any write leaves nothing that the next start does not put right', async () => {
    const flaws: string[] = [];
    const lanes = share(isLong ? everyCrash() : someCrashes());

    await inParallel(LANES, [...lanes.entries()], async ([number, crashes]) => {
      const lane = await openLane(worldOf(number), number, crashes.length);
      try {
        for (const [i, crash] of crashes.entries()) {
          const flaw = await crashAndRecover(lane, `org${i + 1}/api`, crash).catch(String);
          if (flaw !== null) flaws.push(`${crash.step.name}, ${crash.moment}: ${flaw}`);
        }
        flaws.push(...(await findFlaws(lane.rig, lane.daemon).catch((error: unknown) => [String(error)])));
      } finally {
        await lane.rig.close();
      }
    });

    for (const { name } of [...FIRST, ...MOVED]) {
      const runs = lanes.flat().filter(({ step }) => step.name === name).length;
      const failed = flaws.filter((flaw) => flaw.startsWith(`${name},`));
      if (runs > 0) figures.add({ fault: name, runs, converged: runs - failed.length, flaws: failed });
    }
    expect(flaws).to.deep.equal([]);
  });
});

function everyCrash(): Crash[] {
  return Array.from({ length: TIMES }, (_, i) =>
    [...FIRST, ...MOVED].map((step) => ({ step, moment: MOMENTS[i % MOMENTS.length] ?? 'came' })),
  ).flat();
}

function someCrashes(): Crash[] {
  const random = createRandom(seed);
  return random.some(LANES, FIRST.slice(1)).map((step) => ({ step, moment: random.pick(MOMENTS) }));
}

/** The first step is one of world b only. */
function share(crashes: readonly Crash[]): Crash[][] {
  const ofEach = Array.from({ length: LANES }, (_, lane) => crashes.filter((_crash, i) => i % LANES === lane));
  return ofEach.map((some, lane) => some.filter(({ step }) => worldOf(lane) === 'b' || step !== FIRST[0]));
}

function worldOf(lane: number): 'a' | 'b' {
  return lane % 2 === 0 ? 'b' : 'a';
}

async function openLane(world: 'a' | 'b', number: number, organizations: number): Promise<Lane> {
  const rig = await startRig({
    name: `crash-${number}`,
    world,
    redis: number % 4 < 2 ? 'embedded' : 'given',
    organizations,
    env: { KPR_SUPERSEDED: 'remove' },
  });
  const daemon = await rig.startDaemon();
  await daemon.untilReady();
  return { rig, daemon };
}

/** What was not put right, or null. */
async function crashAndRecover(lane: Lane, path: string, { step, moment }: Crash): Promise<string | null> {
  const { rig } = lane;
  const { ledger } = rig;
  if (MOVED.includes(step)) {
    await ledger.pushNew(path, 'latest');
    await untilSettled(rig, SETTLE_MS);
  }

  const killed = killAt(rig, lane.daemon, step, moment);
  await ledger.pushNew(path, 'latest');
  if (!MOVED.includes(step)) await ledger.push(path, 'multi', createTwoArchitectures({ seed: path }));
  await killed;
  lane.daemon = await rig.startDaemon();

  await untilSettled(rig, SETTLE_MS);
  return [...ledger.findUnsettled(), ...ledger.stepsBack].join('; ') || null;
}
