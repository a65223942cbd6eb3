/** A daemon that stands still, as when its event loop is blocked, for longer than its jobs and leases last. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { createFigures } from '../support/faults/figures.ts';
import { findFlaws, untilSettled, withRig } from '../support/faults/rig.ts';
import { isLong } from '../support/faults/settings.ts';
import { comeBetween, FIRST, MOMENTS, type Moment, type Step } from '../support/faults/steps.ts';
import { type Scenario, together } from '../support/faults/together.ts';
import { createTwoArchitectures } from '../support/image/image.ts';

/** A job is lost after 15 s, a lease after 30 s. */
const SECONDS = isLong ? [20, 45] : [20];
const SETTLE_MS = 90_000;

const STEPS = FIRST.filter(({ name }) => ['create the repository', 'copy', 'publish', 'claim'].includes(name));

describe('a daemon that stands still in mid-write', function () {
  this.timeout(isLong ? 600_000 : 110_000); // longer than leases last
  const figures = createFigures(this.title);
  after(() => figures.print());

  const scenarios: Record<string, Scenario> = {};
  for (const seconds of SECONDS) {
    for (const [step, moment] of isLong ? everyPlace() : somePlaces()) {
      const name = `${seconds} s at “${step.name}, ${moment}”`;
      scenarios[`for ${name}: every push arrives`] = async () => {
        const flaws = await standStill(step, moment, seconds);
        figures.add({ fault: `for ${name}`, runs: 1, flaws });
        expect(flaws).to.deep.equal([]);
      };
    }
  }
  together(scenarios);
});

function everyPlace(): [Step, Moment][] {
  return STEPS.flatMap((step) => MOMENTS.map((moment): [Step, Moment] => [step, moment]));
}

function somePlaces(): [Step, Moment][] {
  return everyPlace().filter(([{ name }, moment]) => name === 'publish' && moment === 'answered');
}

async function standStill(step: Step, moment: Moment, seconds: number): Promise<string[]> {
  return withRig({ name: 'blocked', organizations: 1, redis: 'embedded' }, async (rig) => {
    const { ledger } = rig;
    const daemon = await rig.startDaemon();
    await daemon.untilReady();
    const stood = new Promise<void>((resolve, reject) => {
      comeBetween(rig, step, moment, async () => {
        daemon.freeze();
        await delay(seconds * 1000);
        daemon.thaw();
        resolve();
      }).catch(reject);
    });
    await ledger.pushNew('org1/api', 'latest');
    await ledger.push('org1/api', 'multi', createTwoArchitectures({ seed: 'multi' }));
    await stood;
    await untilSettled(rig, SETTLE_MS);
    return await findFlaws(rig, daemon);
  });
}
