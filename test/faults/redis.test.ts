/** Redis goes away, hangs, forgets, is full, or evicts. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import { createFigures } from '../support/faults/figures.ts';
import { findFlaws, type Rig, untilSettled, withRig } from '../support/faults/rig.ts';
import { isLong } from '../support/faults/settings.ts';
import { type Scenario, together } from '../support/faults/together.ts';
import { until } from '../support/until.ts';

const PATHS = Array.from({ length: isLong ? 5 : 3 }, (_, i) => [`org1/app${i}`, `org2/app${i}`]).flat();
const STOPPED = isLong ? [2, 7, 15, 60] : [7];
const FROZEN = isLong ? [2, 7, 15, 60] : [2];
const SETTLE_MS = 120_000;

describe('Redis', function () {
  this.timeout(isLong ? 300_000 : 110_000); // jobs and leases of lost connections end after half a minute
  const figures = createFigures('Redis');
  after(() => figures.print());

  /** Pushes, has the trouble while runs are at hand, pushes during it, and waits for rest. */
  const troubled =
    (fault: string, trouble: (rig: Rig, seconds: number) => Promise<void>, seconds = 0): Scenario =>
    () =>
      withRig({ name: `redis-${fault}-${seconds}`.replaceAll(' ', '-'), organizations: 2 }, async (rig) => {
        const daemon = await rig.startDaemon();
        await daemon.untilReady();
        for (const path of PATHS) await rig.ledger.pushNew(path, '1');
        await until('a first publish', () => PATHS.some((path) => rig.ledger.isServed(path)), 30_000);

        await trouble(rig, seconds);

        const startedAt = Date.now();
        await untilSettled(rig, SETTLE_MS);
        const flaws = await findFlaws(rig, daemon);
        figures.add({
          fault: `${fault}${seconds > 0 ? ` for ${seconds} s` : ''}`,
          runs: rig.ledger.count(),
          flaws,
          note: `at rest ${Math.round((Date.now() - startedAt) / 1000)} s later`,
        });
        expect(flaws).to.deep.equal([]);
      });

  const pushMore = async ({ ledger }: Rig): Promise<void> => {
    for (const path of PATHS) await ledger.pushNew(path, '2');
  };
  const scenarios: Record<string, Scenario> = {};
  for (const seconds of STOPPED) {
    scenarios[`stopped for ${seconds} s: every push arrives`] = troubled('stopped', stop, seconds);
  }
  for (const seconds of FROZEN) {
    scenarios[`frozen for ${seconds} s: every push arrives`] = troubled('frozen', freeze, seconds);
  }
  scenarios['without its data after a crash: every push arrives'] = troubled('its data deleted', loseData);
  scenarios['full: every push arrives once it has room'] = troubled('maxmemory reached', fill);
  together(scenarios);

  async function stop(rig: Rig, seconds: number): Promise<void> {
    await rig.redis?.stop();
    await Promise.all([pushMore(rig), delay(seconds * 1000)]);
    await rig.redis?.revive();
  }

  async function freeze(rig: Rig, seconds: number): Promise<void> {
    await rig.redis?.freeze();
    await Promise.all([pushMore(rig), delay(seconds * 1000)]);
    await rig.redis?.thaw();
  }

  async function loseData(rig: Rig): Promise<void> {
    await rig.redis?.kill();
    await rig.redis?.loseData();
    await pushMore(rig);
    await rig.redis?.revive();
  }

  async function fill(rig: Rig): Promise<void> {
    await rig.redis?.ask((redis) => redis.config('SET', 'maxmemory', '1'));
    await pushMore(rig);
    await delay(10_000);
    await rig.redis?.ask((redis) => redis.config('SET', 'maxmemory', '0'));
  }
});
