/** Two daemons on one Redis: one dies, or stands still in the middle of a write and goes on much later. */
import { expect } from 'chai';
import { createFigures } from '../support/faults/figures.ts';
import { findFlaws, untilSettled, withRig } from '../support/faults/rig.ts';
import { isLong } from '../support/faults/settings.ts';
import { comeBetween, FIRST, MOMENTS, MOVED, type Moment, type Step } from '../support/faults/steps.ts';
import { type Scenario, together } from '../support/faults/together.ts';
import { createTwoArchitectures } from '../support/image/image.ts';
import { until } from '../support/until.ts';

const PATH = 'org1/api';
const SETTLE_MS = 90_000;
/** Of the short run: a repository that somebody else has made meanwhile, a late copy, publish, claim. */
const LATE = ['create the repository', 'copy a moved tag', 'publish a moved tag', 'claim a moved tag'];

describe('two daemons, of which one', function () {
  this.timeout(isLong ? 600_000 : 110_000); // jobs and leases of the frozen one end after half a minute
  const figures = createFigures('Two daemons');
  after(() => figures.print());

  const scenarios: Record<string, Scenario> = {
    'dies in a burst: the other one finishes it': async () => {
      const flaws = await killOne();
      figures.add({ fault: 'one of two killed in a burst', runs: 20, flaws });
      expect(flaws).to.deep.equal([]);
    },
  };
  for (const [step, moment] of isLong ? everyPlace() : somePlaces()) {
    const name = `${step.name}, ${moment}`;
    scenarios[`stands still at “${name}” while the other goes on: no tag goes back`] = async () => {
      const flaws = await freezeAndThaw(step, moment);
      figures.add({ fault: `one of two frozen at “${name}”`, runs: 1, flaws });
      expect(flaws).to.deep.equal([]);
    };
  }
  together(scenarios);
});

function everyPlace(): [Step, Moment][] {
  return [...FIRST, ...MOVED].flatMap((step) => MOMENTS.map((moment): [Step, Moment] => [step, moment]));
}

function somePlaces(): [Step, Moment][] {
  return everyPlace().filter(([{ name }, moment]) => LATE.includes(name) && moment === 'came');
}

async function killOne(): Promise<string[]> {
  return withRig({ name: 'one-of-two', organizations: 1 }, async (rig) => {
    const { ledger } = rig;
    const paths = Array.from({ length: 10 }, (_, i) => `org1/app${i}`);
    const first = await rig.startDaemon('first');
    await first.untilReady();
    const second = await rig.startDaemon('second');
    for (const path of paths) await ledger.pushNew(path, '1');
    await until('a first publish', () => paths.some((path) => ledger.isServed(path)), SETTLE_MS);

    await first.kill();
    for (const path of paths) await ledger.pushNew(path, '2');
    await untilSettled(rig, SETTLE_MS);
    return findFlaws(rig, second);
  });
}

async function freezeAndThaw(step: Step, moment: Moment): Promise<string[]> {
  return withRig({ name: 'frozen', organizations: 1, env: { KPR_SUPERSEDED: 'remove' } }, async (rig) => {
    const { ledger } = rig;
    const first = await rig.startDaemon('first');
    await first.untilReady();
    if (MOVED.includes(step)) {
      await ledger.pushNew(PATH, 'latest');
      await untilSettled(rig, SETTLE_MS);
    }

    let thaw = (): void => undefined;
    const frozen = comeBetween(rig, step, moment, () => {
      first.freeze();
      return new Promise((resolve) => {
        thaw = resolve;
      });
    });
    await ledger.pushNew(PATH, 'latest');
    if (FIRST.includes(step)) await ledger.push(PATH, 'multi', createTwoArchitectures({ seed: 'multi' }));
    await frozen;
    const second = await rig.startDaemon('second');
    await ledger.pushNew(PATH, 'latest');
    await until('the other daemon', () => ledger.isServed(PATH), SETTLE_MS);

    const looking = setInterval(() => ledger.look(), 5);
    try {
      first.thaw();
      thaw();
      await until('the first one to notice', async () => (await first.readLog()).some(isLoss), SETTLE_MS);
      await untilSettled(rig, SETTLE_MS);
    } finally {
      clearInterval(looking);
    }
    return await findFlaws(rig, second);
  });
}

function isLoss({ message }: { readonly message: string }): boolean {
  return message === 'jobs were lost to another worker';
}
