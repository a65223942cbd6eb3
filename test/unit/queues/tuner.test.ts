import { expect } from 'chai';
import { createTuner, type TunerDeps } from '../../../queues/tuner.ts';

describe('createTuner', () => {
  let limits: number[];
  let isHolder: boolean;
  let clock: number;
  let waiting: number;
  let deps: TunerDeps;

  beforeEach(() => {
    limits = [];
    isHolder = true;
    clock = 0;
    waiting = 5;
    deps = {
      queues: {
        inspect: async () => [{ queue: 'reconcile', states: { waiting }, oldestSeconds: 0, isPaused: false }],
        limitConcurrency: async (limit) => void limits.push(limit),
      },
      acquireLease: async () => (isHolder ? { renew: async () => isHolder } : null),
      ceiling: 8,
      now: () => clock,
    };
  });

  it('sets the level at the first tick', async () => {
    await createTuner(deps).tick();

    expect(limits).to.deep.equal([2]);
  });

  it('raises it while more is published and somebody waits', async () => {
    const tuner = createTuner(deps);
    await tuner.tick();
    for (let i = 0; i < 10; i += 1) tuner.published();
    clock += 60_000;
    await tuner.tick();

    expect(limits).to.deep.equal([2, 3]);
    expect(tuner.level()).to.equal(3);
  });

  it('leaves it to the daemon that holds the lease', async () => {
    isHolder = false;

    await createTuner(deps).tick();

    expect(limits).to.deep.equal([]);
  });

  it('stops when it loses the lease', async () => {
    const tuner = createTuner(deps);
    await tuner.tick();
    isHolder = false;
    await tuner.tick();

    expect(limits).to.have.lengthOf(1);
  });
});
