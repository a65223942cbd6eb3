/** `kill -9` at each step of bringing a push to a smart proxy: the next start ends it, with one sync. */
import { join } from 'node:path';
import { expect } from 'chai';
import { z } from 'zod';
import { createApiClient } from '../../lib/cli/api-client.ts';
import { createFigures } from '../support/faults/figures.ts';
import { inParallel } from '../support/faults/in-parallel.ts';
import { createRandom } from '../support/faults/random.ts';
import { findFlaws, type Rig, untilSettled, withRig } from '../support/faults/rig.ts';
import { isLong, seed } from '../support/faults/settings.ts';
import { killAt, MOMENTS, type Moment, type Step } from '../support/faults/steps.ts';
import { until } from '../support/until.ts';

const PATH = 'org1/app';
const PROXY = 'near.example.com';
const SYNC = 'Actions::Katello::CapsuleContent::Sync';
/** A job of a dead process is taken over after half a minute. */
const TURN_MS = 60_000;

/** The calls of a person's sync, in their order. */
const STEPS: readonly Step[] = [
  step('list the proxies', 'GET /katello/api/v2/capsules'),
  step('read the setting', 'GET /api/v2/settings/foreman_proxy_content_auto_sync'),
  step('read what was synced', 'GET /foreman_tasks/api/tasks?search'),
  step('start the sync', 'POST /katello/api/v2/capsules/*/content/sync'),
];

const Receipts = z.looseObject({
  items: z.array(z.looseObject({ proxies: z.array(z.looseObject({ name: z.string(), outcome: z.string() })) })),
});
const World = z.object({ tasks: z.array(z.object({ label: z.string(), result: z.string() })) });

describe(`kill -9 while a smart proxy is synced (seed ${seed})`, function () {
  this.timeout(isLong ? 1_800_000 : 300_000); // a daemon dies at each step
  const figures = createFigures('A smart proxy is synced');
  after(() => figures.print());

  it('leaves no proxy behind, and syncs none twice', async () => {
    const random = createRandom(seed);
    const ways = STEPS.flatMap((at) => (isLong ? MOMENTS : [random.pick(MOMENTS)]).map((moment) => ({ at, moment })));
    const flaws: string[] = [];

    await inParallel(2, [...ways.entries()], async ([number, { at, moment }]) => {
      const options = { name: `sync-${number}`, redis: 'embedded', organizations: 1, smartProxies: [PROXY] } as const;
      const found = await withRig(options, (rig) => dieAt(rig, at, moment)).catch((error: unknown) => [String(error)]);
      flaws.push(...found.map((flaw) => `“${at.name}”, ${moment}: ${flaw}`));
    });

    figures.add({ fault: 'killed at each step of a sync', runs: ways.length, flaws });
    expect(flaws).to.deep.equal([]);
  });
});

/** What is not as it has to be in the end. */
async function dieAt(rig: Rig, at: Step, moment: Moment): Promise<string[]> {
  await setAutoSync(rig, false);
  const doomed = await rig.startDaemon();
  await doomed.untilReady();
  await rig.ledger.pushNew(PATH, '1');
  await untilSettled(rig, TURN_MS);
  await doomed.stop(); // and with it what it knows of proxies and setting

  const again = await rig.startDaemon();
  const death = killAt(rig, again, at, moment); // the sweep of the start may come there already
  await again.untilReady().catch(() => undefined);
  const isAnswered = await order(rig).then(
    () => true,
    () => false,
  );
  await death;

  const last = await rig.startDaemon();
  await last.untilReady();
  if (!isAnswered) await order(rig); // as a person does whose command failed
  await until('the proxy to serve', () => isServed(rig), 2 * TURN_MS).catch(() => undefined);
  const syncs = await listSyncs(rig);
  return [
    ...((await isServed(rig)) ? [] : ['the receipt does not say that the proxy serves']),
    ...(syncs.length === 1 ? [] : [`${syncs.length} syncs instead of one`]),
    ...syncs.filter((result) => result !== 'success').map((result) => `a sync ended with ${result}`),
    ...(await findFlaws(rig, last)),
  ];
}

async function order(rig: Rig): Promise<void> {
  await ask(rig).post('proxies/sync', { path: PATH }, z.unknown());
}

async function isServed(rig: Rig): Promise<boolean> {
  const { items } = await ask(rig).get('pushes', { path: PATH, limit: '1' }, Receipts);
  return items[0]?.proxies.some(({ name, outcome }) => name === PROXY && outcome === 'served') ?? false;
}

async function listSyncs({ standIn }: Rig): Promise<string[]> {
  const { tasks } = World.parse(await (await fetch(`${standIn.controlUrl}/world`)).json());
  return tasks.filter(({ label }) => label === SYNC).map(({ result }) => result);
}

async function setAutoSync({ standIn }: Rig, value: boolean): Promise<void> {
  const body = JSON.stringify({ name: 'foreman_proxy_content_auto_sync', value });
  const answer = await fetch(`${standIn.controlUrl}/settings`, { method: 'POST', body });
  if (!answer.ok) throw new Error(await answer.text());
}

function ask({ site }: Rig) {
  const stateDir = join(site.dir, 'daemon');
  return createApiClient(
    { stateDir, url: null, login: null, password: null, caFile: null },
    AbortSignal.timeout(30_000),
  );
}

function step(name: string, site: string): Step {
  return { name, server: 'katello', site, occurrence: 1 };
}
