/** Two hundred pushes over twenty repositories, and a few to quiet ones while that goes on. */
import { inParallel } from '../../../test/support/faults/in-parallel.ts';
import { type Bench, figure } from '../bench.ts';
import { type Daemon, rest, verifiedAt, waitUntilTagsVerified, waitUntilVerified } from '../daemon.ts';
import { listTasks, PUBLISH } from '../katello-tasks.ts';
import type { Lab } from '../lab.ts';
import { measurePush, pathsOf, prepare, pushNew } from '../pushing.ts';
import { median } from '../statistics.ts';

const REPOSITORIES = 20;
const TAGS = Array.from({ length: 10 }, (_, index) => `t${index}`);
/** As many clients as a busy build farm has. */
const CLIENTS = 8;
/** How much of the burst is pushed when a quiet one is pushed to: each busy one came several times by then. */
const QUIET_AT = [0.25, 0.5, 0.75];
/** Every pace has run out by then. */
const PACE_MS = 20_000;
const CALIBRATION = 10;
/** What Katello bears best (recorded with Katello 5.0 on two cores). */
const AT_ONCE = 2;

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
  const publishSeconds = await measureKatello(lab, daemon, busy.slice(0, CALIBRATION));
  await rest(PACE_MS, lab.site.signal);

  say('the burst');
  const begunAt = Date.now();
  const quietPushes: Promise<number>[] = [];
  await pushAll(lab, busy, (share) => {
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

  const ids = new Set(receipts.map(({ katello }) => katello.repositoryId ?? -1));
  const all = (await listTasks(lab.katello, begunAt)).filter(({ label }) => label === PUBLISH);
  const publishes = all.filter(({ repositoryIds }) => repositoryIds.some((id) => ids.has(id))).length;
  const after = all.filter(({ interval: [, end] }) => end > lastPushAt).length;
  const [seconds, secondsAfter] = [(endedAt - begunAt) / 1000, (endedAt - lastPushAt) / 1000];
  const idleSeconds = median(idle);
  return [
    figure('pushes took', (lastPushAt - begunAt) / 1000, 's'),
    figure('publishes of each repository', publishes / REPOSITORIES, '×', PUBLISHES_EACH),
    figure('first push to all verified', seconds, 's'),
    figure('last push to all verified', secondsAfter, 's'),
    figure(`one publish by Katello, ${AT_ONCE} at once`, publishSeconds, 's'),
    figure(
      'all publishes, by what Katello needs for them',
      seconds / (all.length * publishSeconds),
      '×',
      TIMES_KATELLO,
    ),
    figure('those after the last push, the same', secondsAfter / (after * publishSeconds), '×', TIMES_KATELLO),
    figure('a quiet push with nothing else', idleSeconds, 's'),
    ...quietSeconds.map((one, index) => figure(`a quiet push at ${(QUIET_AT[index] ?? 0) * 100} % of it`, one, 's')),
    figure('the slowest quiet push, by its idle time', Math.max(...quietSeconds) / idleSeconds, '×', TIMES_IDLE),
    figure('most memory', peakMemoryMb, 'MB', MEMORY_MB),
  ];
};

/** Seconds for each publish when Katello does nothing else, as many at once as it bears best. */
async function measureKatello(lab: Lab, daemon: Daemon, paths: readonly string[]): Promise<number> {
  const { katello } = lab.clientsOf(daemon);
  const found = await Promise.all(paths.map((path) => daemon.listReceipts(0, path)));
  const ids = found.flatMap(([latest]) => latest?.katello.repositoryId ?? []);
  const startedAt = Date.now();
  await inParallel(AT_ONCE, ids, async (id) => {
    const { digests } = await katello.findTags(id, ['latest']);
    const task = await katello.importTag(id, { tag: 'latest', digest: digests.get('latest') ?? '' });
    await katello.waitForTask(task.id);
  });
  return (Date.now() - startedAt) / 1000 / ids.length;
}

/** Every repository in turn gets its next tag. Tells after each push how much of it is done, up to 1. */
async function pushAll(lab: Lab, paths: readonly string[], onPushed: (share: number) => void): Promise<void> {
  const pushes = TAGS.flatMap((tag) => paths.map((path) => ({ path, tag })));
  let done = 0;
  await inParallel(CLIENTS, pushes, async ({ path, tag }) => {
    await pushNew(lab, path, tag);
    done += 1;
    onPushed(done / pushes.length);
  });
}

async function pushQuietly(lab: Lab, daemon: Daemon, path: string): Promise<number> {
  const begunAt = Date.now();
  const pushedAt = await pushNew(lab, path, 'latest');
  return (verifiedAt(await waitUntilVerified(daemon, path, begunAt)) - pushedAt) / 1000;
}
