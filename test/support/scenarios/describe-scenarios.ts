/** Declares scenarios once for each Pulp: two in memory always, two real ones where the caller gives them. */
import type { LabOnPulpOptions } from '../lab.ts';
import type { PulpServer } from '../pulp/client.ts';
import { startFakePulp } from '../pulp/fake-pulp.ts';
import type { WorldName } from '../pulp/state.ts';
import { findGivenPulp, VARIABLES } from '../pulp/targets.ts';
import { type Scenario, titleOf } from './scenario.ts';
import { openScene, type Scene } from './scene.ts';

/** Declares one scenario; `act` plays it in a lab of its own, made with these options. */
export type Declare = (
  scenario: Scenario,
  act: (scene: Scene) => Promise<void>,
  options?: Omit<LabOnPulpOptions, 'suffix' | 'isPatient'>,
) => void;

/** A real Pulp spends half a second on a task; on a busy machine several. */
const TIMEOUT_MS = { memory: 60_000, real: 300_000 };
/** `./scripts/test --long` */
const IS_LONG = process.env['KPR_TEST_LONG'] === '1';

/** Titles end in `(in memory, world a)` or `(real, world a)`, as those of contracts do. */
export function describeScenarios(title: string, rules: (scenario: Declare) => void): void {
  for (const world of ['a', 'b'] as const) {
    describe(`${title} (in memory, world ${world})`, () => withFake(world, rules));
    describe(`${title} (real, world ${world})`, () => withReal(world, rules));
  }
}

type Rules = Parameters<typeof describeScenarios>[1];

function withFake(world: WorldName, rules: Rules): void {
  rules((scenario, act, options) => {
    if (!isOf(scenario, world)) return;
    it(titleOf(scenario), async () => {
      const fake = await startFakePulp({ world });
      try {
        await play(fake, { scenario, act, options, world, isReal: false });
      } finally {
        await fake.close();
      }
    }).timeout(TIMEOUT_MS.memory);
  });
}

function withReal(world: WorldName, rules: Rules): void {
  const given = findGivenPulp(world);
  if (given === null) {
    it(`needs ${VARIABLES[world]}`);
    return;
  }
  rules((scenario, act, options) => {
    if (!isOf(scenario, world) || scenario.isMemoryOnly === true) return;
    const declare = scenario.isLong === true && !IS_LONG ? it.skip : it;
    declare(titleOf(scenario), () => play(given, { scenario, act, options, world, isReal: true })).timeout(
      TIMEOUT_MS.real,
    );
  });
}

interface Playing {
  readonly scenario: Scenario;
  readonly act: (scene: Scene) => Promise<void>;
  readonly options: Parameters<Declare>[2];
  readonly world: WorldName;
  readonly isReal: boolean;
}

async function play(server: PulpServer, { scenario, act, options, world, isReal }: Playing): Promise<void> {
  const scene = await openScene(server, { ...options, id: scenario.id, world, isReal });
  try {
    await act(scene);
  } finally {
    await scene.close();
  }
}

function isOf({ worlds = ['a', 'b'] }: Scenario, world: WorldName): boolean {
  return worlds.includes(world);
}
