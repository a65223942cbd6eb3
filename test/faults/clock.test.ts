/** The daemon's clock is an hour off: against the servers', against another daemon's, and against its own of before. */
import { expect } from 'chai';
import type { DaemonProcess } from '../support/faults/daemon.ts';
import { clockOf, findFaketime } from '../support/faults/faketime.ts';
import { createFigures } from '../support/faults/figures.ts';
import { findFlaws, type Rig, untilSettled, withRig } from '../support/faults/rig.ts';
import { isLong } from '../support/faults/settings.ts';
import { type Scenario, together } from '../support/faults/together.ts';
import { until } from '../support/until.ts';

const PATHS = Array.from({ length: 4 }, (_, i) => `org1/app${i}`);
/** Far below the hour that something could wait for the wrong clock. */
const SETTLE_MS = 90_000;

const library = findFaketime();

describe('a clock that is an hour off', function () {
  this.timeout(isLong ? 300_000 : 110_000); // two publishes of each path, which are ten seconds apart
  const figures = createFigures(this.title);
  after(() => figures.print());
  if (library === null) {
    it('needs libfaketime, which is not installed');
    return;
  }

  const withFlaws = (fault: string, work: (rig: Rig) => Promise<DaemonProcess>): Scenario => {
    return () =>
      withRig({ name: 'clock', organizations: 1 }, async (rig) => {
        const daemon = await work(rig);
        await untilSettled(rig, SETTLE_MS);
        const flaws = await findFlaws(rig, daemon);
        figures.add({ fault, runs: rig.ledger.count(), flaws });
        expect(flaws).to.deep.equal([]);
      });
  };
  const pushTwice = async (rig: Rig): Promise<void> => {
    for (const tag of ['1', '2']) {
      for (const path of PATHS) await rig.ledger.pushNew(path, tag);
      if (tag === '1') await untilSome(rig);
    }
  };
  const steadily = (offset: string) => async (rig: Rig) => {
    const daemon = await rig.startDaemon('daemon', clockOf(offset));
    await pushTwice(rig);
    return daemon;
  };

  const steady = {
    'fast: every push arrives': withFlaws('an hour fast', steadily('+1h')),
    'slow: every push arrives': withFlaws('an hour slow', steadily('-1h')),
  };
  const changing = {
    'fast, and right after a crash: every push arrives': withFlaws('an hour fast, then right', async (rig) => {
      const wrong = await rig.startDaemon('daemon', clockOf('+1h'));
      await pushTwice(rig);
      await untilDelayed(wrong);
      await wrong.kill();
      return rig.startDaemon('daemon');
    }),

    'fast in one of two daemons, which crashes: every push arrives': withFlaws(
      'one of two an hour fast',
      async (rig) => {
        const wrong = await rig.startDaemon('wrong', clockOf('+1h'));
        await wrong.untilReady();
        const right = await rig.startDaemon('right');
        await pushTwice(rig);
        await untilDelayed(wrong);
        await wrong.kill();
        return right;
      },
    ),
  };
  together(isLong ? { ...steady, ...changing } : steady);
});

/** Until a path waits for a time of the daemon's clock. */
async function untilDelayed(daemon: DaemonProcess): Promise<void> {
  const countDelayed = (): Promise<number> => daemon.readMetric('kpr_queue_jobs{queue="reconcile",state="delayed"}');
  await until('a delayed path', async () => (await countDelayed()) > 0, 40_000);
}

async function untilSome({ ledger }: Rig): Promise<void> {
  await until('a first publish', () => PATHS.some((path) => ledger.isServed(path)), 40_000);
}
