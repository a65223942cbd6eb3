/** Two thousand pushes over a hundred repositories. */
import { type Bench, figure } from '../bench.ts';
import { countPublishes, measurePublishes, pushInTurn } from '../bursts.ts';
import { rest, verifiedAt, waitUntilTagsVerified } from '../daemon.ts';
import { pathsOf, prepare } from '../pushing.ts';

const REPOSITORIES = 100;
const TAGS = Array.from({ length: 20 }, (_, index) => `t${index}`);
const PUSHES = REPOSITORIES * TAGS.length;
/** Every pace has run out by then. */
const PACE_MS = 20_000;
const CALIBRATION = 10;
/** A hundred publishes and more, one after the other. */
const PATIENCE_MS = 1_200_000;

const PUBLISHES_PER_PUSH = 0.1;
const TIMES_KATELLO = 1.15;
/** After the last push, by a Katello that takes no time. */
const FAST_S = 20;

export const benchCrowd: Bench = async (lab, say) => {
  const daemon = await lab.startDaemon();
  const paths = pathsOf('crowd', REPOSITORIES);
  say('the first push of each');
  await prepare(lab, daemon, paths);
  await rest(PACE_MS, lab.site.signal);
  const publishSeconds = await measurePublishes(lab, daemon, paths.slice(0, CALIBRATION));
  await rest(PACE_MS, lab.site.signal);

  const begunAt = Date.now();
  const { cpuSeconds: cpuBefore } = await daemon.readUsage();
  const before = await daemon.readCounters();
  await pushInTurn(lab, paths, TAGS, (share) => say(`${Math.round(share * 100)} %`));
  const lastPushAt = Date.now();
  const receipts = await Promise.all(
    paths.map((path) => waitUntilTagsVerified(daemon, path, TAGS, begunAt, PATIENCE_MS)),
  );
  const endedAt = Math.max(...receipts.map(verifiedAt));
  const { peakMemoryMb, cpuSeconds } = await daemon.readUsage();
  const counted = await daemon.readCounters();

  const { all, ofPaths, after } = await countPublishes(lab, receipts, begunAt, lastPushAt);
  const [seconds, secondsAfter] = [(endedAt - begunAt) / 1000, (endedAt - lastPushAt) / 1000];
  const isFast = lab.latency === 'fast';
  return [
    figure('pushes took', (lastPushAt - begunAt) / 1000, 's'),
    figure('last push to all verified', secondsAfter, 's', isFast ? FAST_S : undefined),
    figure('publishes of each push', ofPaths / PUSHES, '×', isFast ? undefined : PUBLISHES_PER_PUSH),
    figure('one publish by Katello, two at once', publishSeconds, 's'),
    ...(isFast
      ? []
      : [
          figure('all publishes, by what Katello needs', seconds / (all * publishSeconds), '×', TIMES_KATELLO),
          figure('those after the last push', secondsAfter / (after * publishSeconds), '×', TIMES_KATELLO),
        ]),
    figure('requests to Pulp of each push', (counted.pulp - before.pulp) / PUSHES, '×'),
    figure('requests to Katello of each push', (counted.katello - before.katello) / PUSHES, '×'),
    figure("the daemon's CPU", cpuSeconds - cpuBefore, 's'),
    figure('most memory', peakMemoryMb, 'MB'),
  ];
};
