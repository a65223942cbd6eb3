/** The daemon as it is, its detector too, with all its waits, while one call in ten goes wrong. */
import { expect } from 'chai';
import { FAULTS, hastened } from '../support/faults/fault.ts';
import { createFigures } from '../support/faults/figures.ts';
import { createRandom } from '../support/faults/random.ts';
import { findFlaws, untilSettled, withRig } from '../support/faults/rig.ts';
import { isLong, seed } from '../support/faults/settings.ts';

const PATHS = Array.from({ length: isLong ? 30 : 4 }, (_, i) => `org${1 + (i % 3)}/app${i}`);
const PUSHES = isLong ? 300 : 20;
const TAGS = ['latest', '1', '2', '3'];
const RATE = 0.1;
/** A server that stays silent is waited for a minute. */
const CHOSEN = FAULTS.filter((fault) => isLong || fault !== 'silent');

describe(`${PUSHES} pushes past a daemon while one call in ten goes wrong (seed ${seed})`, function () {
  this.timeout(isLong ? 900_000 : 110_000); // publishes of one path are ten seconds apart
  const figures = createFigures(this.title);
  after(() => figures.print());

  it('all converge, none fails for good, nothing is there twice', async () => {
    const random = createRandom(seed);
    await withRig({ name: 'burst', organizations: 3 }, async (rig) => {
      const daemon = await rig.startDaemon();
      await daemon.untilReady();
      for (const proxy of Object.values(rig.proxies)) {
        proxy.trouble((call) => (random.happens(RATE) ? hastened(random.pick(CHOSEN), call) : null));
      }

      for (let i = 0; i < PUSHES; i++) await rig.ledger.pushNew(random.pick(PATHS), random.pick(TAGS));
      await untilSettled(rig, this.timeout() - 30_000);

      const flaws = await findFlaws(rig, daemon);
      const attempts = (await daemon.readLog()).filter(({ message }) => message === 'run failed, it is tried again');
      figures.add({
        fault: 'every fault of the wire, by chance',
        runs: PUSHES,
        flaws,
        note: `${attempts.length} attempts used up`,
      });
      expect(flaws).to.deep.equal([]);
    });
  });
});
