/** What crashes leave behind in Redis, and a Redis that must not be used. */
import { expect } from 'chai';
import type { DaemonProcess } from '../support/faults/daemon.ts';
import { createFigures } from '../support/faults/figures.ts';
import { findFlaws, type Rig, untilSettled, withRig } from '../support/faults/rig.ts';
import { isLong } from '../support/faults/settings.ts';
import { FIRST, killAt } from '../support/faults/steps.ts';
import { type Scenario, together } from '../support/faults/together.ts';
import { waitFor } from '../support/servers/wait.ts';
import { until } from '../support/until.ts';

const SETTLE_MS = 120_000;
/** More than a job may lose its process. */
const CRASHES = 7;
const PATH = 'org1/api';
const COPY = FIRST.find(({ name }) => name === 'copy')!;

describe('Redis', function () {
  this.timeout(isLong ? 600_000 : 110_000); // jobs of a dead process are taken over after half a minute
  const figures = createFigures('What crashes leave behind');
  after(() => figures.print());

  const scenario = (fault: string, work: (rig: Rig) => Promise<DaemonProcess>): Scenario => {
    return () =>
      withRig({ name: 'strays', organizations: 1 }, async (rig) => {
        const daemon = await work(rig);
        await untilSettled(rig, SETTLE_MS);
        const flaws = await findFlaws(rig, daemon);
        figures.add({ fault, runs: rig.ledger.count(), flaws });
        expect(flaws).to.deep.equal([]);
      });
  };

  together({
    'with keys that hold jobs which are gone: every push arrives': scenario('stray deduplication keys', async (rig) => {
      const daemon = await rig.startDaemon();
      await daemon.untilReady();
      const keyOf = await findKeyOf(rig, 'org1/seen');
      const paths = ['org1/gone', 'org1/never'];
      for (const path of paths) await rig.redis?.ask((redis) => redis.set(keyOf(path), `job of ${path}`));

      for (const path of paths) await rig.ledger.pushNew(path, '1');
      return daemon;
    }),

    'that evicts keys is refused': () =>
      withRig({ name: 'strays', organizations: 1 }, async (rig) => {
        await rig.redis?.ask((redis) => redis.config('SET', 'maxmemory-policy', 'allkeys-lru'));
        const daemon = await rig.startDaemon();

        await until('the end of the daemon', () => !daemon.isRunning(), 30_000);

        const [last] = (await daemon.readLog()).filter(({ level }) => level === 'error');
        expect(last?.['error']).to.match(/this Redis evicts keys/);
        figures.add({ fault: 'a policy that evicts', runs: 1, flaws: [], note: 'refused at start' });
      }),

    ...(isLong && {
      [`after ${CRASHES} crashes on one path: its push arrives`]: scenario('crash after crash', async (rig) => {
        let daemon = await rig.startDaemon();
        await daemon.untilReady();
        for (let crashes = 0; crashes < CRASHES; crashes++) {
          const killed = killAt(rig, daemon, COPY, 'came');
          if (crashes === 0) await rig.ledger.pushNew(PATH, '1');
          await killed;
          daemon = await rig.startDaemon();
        }
        await untilSettled(rig, SETTLE_MS);
        await daemon.untilReady();
        expect(await daemon.readMetric('kpr_queue_jobs{queue="reconcile",state="failed"}')).to.equal(0);
        return daemon;
      }),
    }),
  });
});

/** How the queue names the key that holds a path's only job; learned from a job of it. */
async function findKeyOf(rig: Rig, path: string): Promise<(other: string) => string> {
  await rig.ledger.pushNew(path, '1');
  const look = async (): Promise<string | undefined> => {
    const keys = await rig.redis?.ask((redis) => redis.keys('*:de:*'));
    return keys?.find((key) => key.endsWith(path));
  };
  const key = await waitFor('a deduplication key', look, { timeoutMs: 20_000, gapMs: 5 }); // gone with its run
  return (other) => key.slice(0, -path.length) + other;
}
