/** `kill -9` at each write of a deletion: the next start ends it, once, and takes nothing else along. */
import { expect } from 'chai';
import { LABELS } from '../../lib/domain/claim.ts';
import type { DaemonProcess } from '../support/faults/daemon.ts';
import { createFigures } from '../support/faults/figures.ts';
import { inParallel } from '../support/faults/in-parallel.ts';
import { createRandom } from '../support/faults/random.ts';
import { findFlaws, type Rig, untilSettled, withRig } from '../support/faults/rig.ts';
import { isLong, seed } from '../support/faults/settings.ts';
import { killAt, MOMENTS, type Moment, type Step } from '../support/faults/steps.ts';
import { destroyInKatello } from '../support/orphan-lab.ts';
import { until } from '../support/until.ts';

const DISTRIBUTION = '/pulp/api/v3/distributions/container/container/*';
const DOOMED = 'org1/doomed';
const OTHER = 'org1/other';
/** A job of a dead process is taken over after half a minute. */
const TURN_MS = 60_000;

const QUARANTINE: Step = step('begin the quarantine', `POST ${DISTRIBUTION}/set_label/`);
const CLOSE: Step = step('close to pushes', `POST ${DISTRIBUTION}/set_label/`);
const DELETE: Step = step('delete the distribution', `DELETE ${DISTRIBUTION}/`);

describe(`kill -9 while an orphan is deleted (seed ${seed})`, function () {
  this.timeout(isLong ? 1_800_000 : 300_000); // three daemons die one after the other
  const figures = createFigures('An orphan is deleted');
  after(() => figures.print());

  it('leaves nothing half deleted, deletes nothing twice, and nothing else', async () => {
    const flaws: string[] = [];
    const ways = isLong ? everyWay() : [someWay()];

    await inParallel(2, [...ways.entries()], async ([number, moments]) => {
      const world = number % 2 === 0 ? 'b' : 'a';
      const found = await withRig({ name: `orphan-${number}`, world, redis: 'embedded', organizations: 1 }, (rig) =>
        dieThrice(rig, moments),
      ).catch((error: unknown) => [String(error)]);
      flaws.push(...found.map((flaw) => `${moments.join(', ')} in world ${world}: ${flaw}`));
    });

    figures.add({ fault: 'killed at quarantine, closing and deletion', runs: ways.length, flaws });
    expect(flaws).to.deep.equal([]);
  });
});

type Moments = readonly [Moment, Moment, Moment];

function everyWay(): Moments[] {
  return MOMENTS.flatMap((first) => MOMENTS.map((last): Moments => [first, last, last]));
}

function someWay(): Moments {
  const random = createRandom(seed);
  return [random.pick(MOMENTS), random.pick(MOMENTS), random.pick(MOMENTS)];
}

/** What is not as it has to be in the end. */
async function dieThrice(rig: Rig, moments: Moments): Promise<string[]> {
  const { ledger } = rig;
  const first = await rig.startDaemon();
  await first.untilReady();
  for (const path of [DOOMED, OTHER]) await ledger.pushNew(path, '1');
  await untilSettled(rig, TURN_MS);
  await first.stop();
  const doomed = distributionOf(rig);
  await destroyInKatello(rig, `repositories/${doomed?.labels[LABELS.repository] ?? ''}`, 'kpr');

  await dieAt(rig, QUARANTINE, moments[0], () => LABELS.quarantine in labelsOf(rig));
  age(labelsOf(rig), LABELS.quarantine);
  await dieAt(rig, CLOSE, moments[1], () => LABELS.closing in labelsOf(rig));
  age(labelsOf(rig), LABELS.closing);
  const daemon = await dieAt(rig, DELETE, moments[2], () => distributionOf(rig) === undefined, false);

  const deletions = [...rig.fakePulp.state.tasks.values()].filter(
    ({ name, exclusive }) =>
      name.endsWith('general_multi_delete') && exclusive.some((prn) => prn.endsWith(`:${doomed?.id}`)),
  );
  const repositories = [...rig.fakePulp.state.repositories.values()].map(({ name }) => name);
  await ledger.pushNew(DOOMED, '2');
  await until('the new push in Katello', () => LABELS.claim in labelsOf(rig), TURN_MS).catch(() => undefined);
  return [
    ...(deletions.length === 1 ? [] : [`${deletions.length} deletions instead of one`]),
    ...(repositories.includes(`kpr.push/${DOOMED}`) ? ['the push repository is left'] : []),
    ...(repositories.includes(`kpr.push/${OTHER}`) ? [] : ['the other push repository is gone']),
    ...(LABELS.claim in labelsOf(rig) ? [] : ['the new push is not published']),
    ...(await findFlaws(rig, daemon)).filter((flaw) => !flaw.startsWith(DOOMED)),
  ];
}

/** Kills the daemon there and starts it again; answers the one that brought it to its end. */
async function dieAt(
  rig: Rig,
  at: Step,
  moment: Moment,
  isDone: () => boolean,
  isStopped = true,
): Promise<DaemonProcess> {
  const doomed = await rig.startDaemon();
  await killAt(rig, doomed, at, moment);
  const next = await rig.startDaemon();
  await until(`the end of “${at.name}”`, isDone, TURN_MS);
  if (isStopped) await next.stop();
  return next;
}

function step(name: string, site: string): Step {
  return { name, server: 'pulp', site, occurrence: 1 };
}

function distributionOf({ fakePulp }: Rig) {
  return [...fakePulp.state.distributions.values()].find(({ basePath }) => basePath === `kpr.push/${DOOMED}`);
}

function labelsOf(rig: Rig): Record<string, string | null> {
  return distributionOf(rig)?.labels ?? {};
}

/** Two days pass for what this label says. */
function age(labels: Record<string, string | null>, key: string): void {
  const past = new Date(Date.now() - 48 * 3_600_000).toISOString();
  labels[key] = (labels[key] ?? '').replace(/\d{4}-\S+Z/, past);
}
