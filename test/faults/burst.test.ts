/** Many pushes while one call in ten goes wrong. */
import { expect } from 'chai';
import { FAULTS, hastened, type WireFault } from '../support/faults/fault.ts';
import type { FaultyLab } from '../support/faults/faulty-lab.ts';
import { createFigures } from '../support/faults/figures.ts';
import { inParallel } from '../support/faults/in-parallel.ts';
import { createLedger, type Ledger } from '../support/faults/ledger.ts';
import { createRandom, type Random } from '../support/faults/random.ts';
import { isLong, seed } from '../support/faults/settings.ts';
import { type ShortWaits, startWithShortWaits } from '../support/faults/short-waits.ts';
import { readWorld, twinsIn } from '../support/faults/world.ts';
import type { Lab } from '../support/lab.ts';
import { openTestRedis, type TestRedis } from '../support/state.ts';
import { until } from '../support/until.ts';

const PUSHES = 300;
const RATE = 0.1;
/** Paths of every form: of the push product, of a named one, in two organizations. */
const PATHS = Array.from({ length: 10 }, (_, i) => [`acme/app${i}`, `acme/web/app${i}`, `globex/app${i}`]).flat();
const TAGS = ['latest', '1', '2', '3'];
/** In the long run each push waits until the one before has arrived, so that each is published by itself. */
const PUSHERS = isLong ? 10 : 3;

const MIXED: readonly WireFault[] = FAULTS;
const RUNS: Readonly<Record<string, readonly WireFault[]>> = isLong
  ? { ...Object.fromEntries(FAULTS.map((fault) => [fault, [fault]])), 'all of them': MIXED }
  : { 'all of them': MIXED };

describe(`${PUSHES} pushes while one call in ten goes wrong (seed ${seed})`, function () {
  this.timeout(isLong ? 900_000 : 180_000); // 300 pushes, and the time of their faults
  const figures = createFigures(this.title);
  let redis: TestRedis;
  let reactor: ShortWaits;
  before(async () => {
    redis = await openTestRedis();
  });
  afterEach(() => reactor.close());
  after(async () => {
    await redis.close();
    figures.print();
  });

  for (const [name, faults] of Object.entries(RUNS)) {
    it(`${name}: all converge, none fails for good, nothing is there twice`, async () => {
      const random = createRandom(seed);
      reactor = await startWithShortWaits({ redis, lab: { world: 'b', settings: { superseded: 'remove' } } });
      const { lab, queues, endings } = reactor;
      const push: Lab['push'] = (path, tag, what) => lab.push(path, tag, what);
      const ledger = createLedger({ fakePulp: lab.fakePulp, prefix: 'kpr.push', push, nameOf });
      for (const proxy of Object.values(lab.proxies)) {
        proxy.trouble((call) => (random.happens(RATE) ? hastened(random.pick(faults), call) : null));
      }

      await pushAll(ledger, random, (path) => queues.add(path));
      await until(
        'the end of the burst',
        async () => {
          ledger.look();
          const [reconcile] = await queues.inspect();
          const isIdle = ['waiting', 'active', 'delayed'].every((state) => reconcile?.states[state] === 0);
          return isIdle && (reconcile?.states['failed'] !== 0 || ledger.findUnsettled().length === 0);
        },
        this.timeout() - 10_000,
      ).catch(() => undefined); // what is missing is told below

      const unsettled = ledger.findUnsettled();
      figures.add({
        fault: name,
        runs: PUSHES,
        flaws: unsettled,
        note: `${countFaults(lab)} of ${countCalls(lab)} calls; runs: ${[...endings].map(([ending, count]) => `${count} ${ending}`).join(', ')}`,
      });
      expect(unsettled).to.deep.equal([]);
      expect(ledger.stepsBack).to.deep.equal([]);
      expect(endings.get('failed') ?? 0).to.equal(0);
      const { products, repositories, paused } = await readWorld(lab.standIn);
      expect(paused).to.deep.equal([]);
      expect([...twinsIn(products), ...twinsIn(repositories)]).to.deep.equal([]);
    });
  }
});

function countCalls({ proxies }: FaultyLab): number {
  return Object.values(proxies).reduce((sum, { calls }) => sum + calls.length, 0);
}

function countFaults(lab: FaultyLab): number {
  const spared = Object.values(lab.proxies).reduce((sum, { counts }) => sum + (counts.get('none') ?? 0), 0);
  return countCalls(lab) - spared;
}

async function pushAll(ledger: Ledger, random: Random, onPushed: (path: string) => Promise<void>): Promise<void> {
  await inParallel(PUSHERS, PATHS, async (path) => {
    for (let i = 0; i < PUSHES / PATHS.length; i++) {
      await ledger.pushNew(path, random.pick(TAGS));
      await onPushed(path);
      if (isLong) await until(`push ${i + 1} of ${path}`, () => ledger.isServed(path), 120_000);
    }
  });
}

function nameOf(path: string): string {
  const [organization, ...rest] = path.split('/');
  return rest.length === 1 ? `${organization}/container_push/${rest[0]}` : path;
}
