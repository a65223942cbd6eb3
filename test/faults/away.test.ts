/** Katello or Pulp away for the whole of a burst, or not taking our account any more. */
import { setTimeout as delay } from 'node:timers/promises';
import { expect } from 'chai';
import type { DaemonProcess } from '../support/faults/daemon.ts';
import { createFigures } from '../support/faults/figures.ts';
import { findFlaws, type Rig, untilSettled, withRig } from '../support/faults/rig.ts';
import { isLong } from '../support/faults/settings.ts';
import { type Scenario, together } from '../support/faults/together.ts';
import { until } from '../support/until.ts';

const PATHS = Array.from({ length: isLong ? 10 : 4 }, (_, i) => `org${1 + (i % 2)}/app${i}`);
const TAGS = ['1', '2', '3'];
/** How long the trouble goes on after the burst. */
const LASTS_MS = isLong ? 60_000 : 2_000;
const SETTLE_MS = 120_000;

type Server = 'pulp' | 'katello';

describe('a burst of pushes while a server', function () {
  this.timeout(isLong ? 300_000 : 110_000); // the burst, the trouble, and a publish for each path
  const figures = createFigures('Katello or Pulp away, or refusing the account');
  after(() => figures.print());

  const away =
    (server: Server): Trouble =>
    async ({ proxies }) => {
      await proxies[server].shut();
      return () => proxies[server].open();
    };
  const refusing =
    (server: Server, status: '401' | '403'): Trouble =>
    async ({ proxies }) => {
      proxies[server].trouble(() => status);
      return async () => proxies[server].trouble(null);
    };
  const troubled = (name: string, trouble: Trouble, reason: string): Scenario => {
    return async () => {
      const flaws = await pushDuring(trouble, reason);
      figures.add({ fault: name, runs: PATHS.length * TAGS.length, flaws });
      expect(flaws).to.deep.equal([]);
    };
  };

  const ofKatello = {
    'Katello is away: every push arrives, no attempt is used up': troubled(
      'Katello away',
      away('katello'),
      'katello-down',
    ),
    'Katello refuses the account: work stops, no attempt is used up': troubled(
      'Katello answers 401',
      refusing('katello', '401'),
      'account-refused',
    ),
  };
  const ofPulp = {
    'Pulp is away: every push arrives, no attempt is used up': troubled('Pulp away', away('pulp'), 'pulp-down'),
    'Pulp refuses the account: work stops, no attempt is used up': troubled(
      'Pulp answers 403',
      refusing('pulp', '403'),
      'account-refused',
    ),
  };
  together(isLong ? { ...ofKatello, ...ofPulp } : ofKatello);
});

/** Begins the trouble; what it answers ends it. */
type Trouble = (rig: Rig) => Promise<() => Promise<void>>;

async function pushDuring(trouble: Trouble, reason: string): Promise<string[]> {
  return withRig({ name: 'away', organizations: 2 }, async (rig) => {
    const daemon = await rig.startDaemon();
    await daemon.untilReady();
    const end = await trouble(rig);
    for (const tag of TAGS) for (const path of PATHS) await rig.ledger.pushNew(path, tag);
    await untilUnready(daemon, reason);
    await delay(LASTS_MS);
    const callsBefore = countCalls(rig);
    await delay(LASTS_MS);
    const flaws = countCalls(rig) - callsBefore > LASTS_MS / 100 ? ['the servers were asked all the time'] : [];

    await end();
    await untilSettled(rig, SETTLE_MS);
    const used = (await daemon.readLog()).filter(({ message }) => message === 'run failed, it is tried again');
    if (used.length > 0) flaws.push(`${used.length} attempts were used up: ${JSON.stringify(used[0])}`);
    return [...flaws, ...(await findFlaws(rig, daemon))];
  });
}

async function untilUnready(daemon: DaemonProcess, reason: string): Promise<void> {
  const isSaid = async (): Promise<boolean | undefined> =>
    (await daemon.readReadiness())?.checks.some((check) => check.reason === reason);
  await until(`readiness to say ${reason}`, isSaid, 40_000);
}

function countCalls({ proxies }: Rig): number {
  return proxies.pulp.calls.length + proxies.katello.calls.length;
}
