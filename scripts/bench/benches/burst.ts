/** Two hundred pushes over twenty repositories, and a few to quiet ones while that goes on. */
import { type Bench, figure } from '../bench.ts';
import { countPublishes, measurePublishes, pushInTurn } from '../bursts.ts';
import { type Daemon, rest, verifiedAt, waitUntilTagsVerified, waitUntilVerified } from '../daemon.ts';
import type { Lab } from '../lab.ts';
import { measurePush, pathsOf, prepare, pushNew } from '../pushing.ts';
import { median } from '../statistics.ts';

const REPOSITORIES = 20;
const TAGS = Array.from({ length: 10 }, (_, index) => `t${index}`);
/** How much of the burst is pushed when a quiet one is pushed to: each busy one came several times by then. */
const QUIET_AT = [0.25, 0.5, 0.75];
/** Every pace has run out by then. */
const PACE_MS = 20_000;
const CALIBRATION = 10;

const PUBLISHES_EACH = 1.5;
const TIMES_KATELLO = 1.15;
const TIMES_IDLE = 2;
const MEMORY_MB = 250;

export const benchBurst: Bench = async (lab, say) => {
  const daemon = await lab.startDaemon();
  const [busy, quiet] = [pathsOf('burst', REPOSITORIES), pathsOf('quiet', QUIET_AT.length)];
  say('the first push of each');
  await prepare(lab, daemon, [...busy, ...quiet]);
  await rest(PACE_MS, lab.site.signal);
  say('the same without a burst');
  const idle = [];
  for (const path of quiet) idle.push((await measurePush(lab, daemon, path)).verified);
  const publishSeconds = await measurePublishes(lab, daemon, busy.slice(0, CALIBRATION));
  await rest(PACE_MS, lab.site.signal);

  say('the burst');
  const begunAt = Date.now();
  const quietPushes: Promise<number>[] = [];
  await pushInTurn(lab, busy, TAGS, (share) => {
    const next = quietPushes.length;
    const [path, at] = [quiet[next], QUIET_AT[next]];
    if (path !== undefined && at !== undefined && share >= at) quietPushes.push(pushQuietly(lab, daemon, path));
    say(`${Math.round(share * 100)} %`);
  });
  const lastPushAt = Date.now();
  const receipts = await Promise.all(busy.map((path) => waitUntilTagsVerified(daemon, path, TAGS, begunAt)));
  const quietSeconds = await Promise.all(quietPushes);
  const endedAt = Math.max(...receipts.map(verifiedAt));
  const { peakMemoryMb } = await daemon.readUsage();

  const { all, ofPaths, after } = await countPublishes(lab, receipts, begunAt, lastPushAt);
  const [seconds, secondsAfter] = [(endedAt - begunAt) / 1000, (endedAt - lastPushAt) / 1000];
  const idleSeconds = median(idle);
  return [
    figure('pushes took', (lastPushAt - begunAt) / 1000, 's'),
    figure('publishes of each repository', ofPaths / REPOSITORIES, '×', PUBLISHES_EACH),
    figure('first push to all verified', seconds, 's'),
    figure('last push to all verified', secondsAfter, 's'),
    figure('one publish by Katello, two at once', publishSeconds, 's'),
    figure('all publishes, by what Katello needs for them', seconds / (all * publishSeconds), '×', TIMES_KATELLO),
    figure('those after the last push, the same', secondsAfter / (after * publishSeconds), '×', TIMES_KATELLO),
    figure('a quiet push with nothing else', idleSeconds, 's'),
    ...quietSeconds.map((one, index) => figure(`a quiet push at ${(QUIET_AT[index] ?? 0) * 100} % of it`, one, 's')),
    figure('the slowest quiet push, by its idle time', Math.max(...quietSeconds) / idleSeconds, '×', TIMES_IDLE),
    figure('most memory', peakMemoryMb, 'MB', MEMORY_MB),
  ];
};

async function pushQuietly(lab: Lab, daemon: Daemon, path: string): Promise<number> {
  const begunAt = Date.now();
  const pushedAt = await pushNew(lab, path, 'latest');
  return (verifiedAt(await waitUntilVerified(daemon, path, begunAt)) - pushedAt) / 1000;
}
