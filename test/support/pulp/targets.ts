/** The Pulps that a contract has to hold for: two in memory always, two real ones where the caller gives them. */
import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { createPulpClient, type PulpClient } from './client.ts';
import { type FakePulp, startFakePulp } from './fake-pulp.ts';
import type { WorldName } from './state.ts';

/** A Pulp under test. Real ones are shared and old: a test stays below `prefix`, which nobody else has. */
export interface TestPulp extends PulpClient {
  readonly world: WorldName;
  readonly prefix: string;
}

const Given = z.object({ url: z.url(), login: z.string(), password: z.string() });

/** JSON `{"url","login","password"}` of a running Pulp of that world. */
const VARIABLES: Readonly<Record<WorldName, string>> = { a: 'KPR_TEST_PULP_A', b: 'KPR_TEST_PULP_B' };

/** Declares the rules once for each Pulp; `pulp()` is the one at hand while a test runs. */
export function describePulps(title: string, rules: (pulp: () => TestPulp, world: WorldName) => void): void {
  for (const world of ['a', 'b'] as const) {
    describe(`${title} (in memory, world ${world})`, () => withFake(world, rules));
    describe(`${title} (real, world ${world})`, () => withReal(world, rules));
  }
}

type Rules = Parameters<typeof describePulps>[1];

function withFake(world: WorldName, rules: Rules): void {
  let fake: FakePulp;
  let pulp: TestPulp;
  before(async () => {
    fake = await startFakePulp({ world });
    pulp = testPulp(world, fake);
  });
  after(() => fake.close());
  rules(() => pulp, world);
}

function withReal(world: WorldName, rules: Rules): void {
  const given = process.env[VARIABLES[world]];
  if (given === undefined) {
    it(`needs ${VARIABLES[world]}`);
    return;
  }
  const pulp = testPulp(world, Given.parse(JSON.parse(given)));
  before(function () {
    // a real Pulp spends a quarter of a second on each password, and half a second on a task
    this.timeout(60_000);
  });
  beforeEach(function () {
    this.currentTest?.timeout(60_000);
  });
  rules(() => pulp, world);
}

function testPulp(world: WorldName, server: z.infer<typeof Given>): TestPulp {
  return { ...createPulpClient(server), world, prefix: `kpr.test/${randomBytes(6).toString('hex')}` };
}
