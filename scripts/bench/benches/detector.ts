/** What looking for pushes costs, with few and with many repositories. The daemon rests meanwhile. */

import { startCursor } from '../../../lib/detect/cursor.ts';
import { probeFeatures } from '../../../lib/detect/features.ts';
import { createMemory } from '../../../lib/detect/memory.ts';
import { readRepositoryFeed, readWatermark } from '../../../lib/detect/repository-feed.ts';
import { readAllRepositories } from '../../../lib/detect/resync.ts';
import { readTaskFeed } from '../../../lib/detect/task-feed.ts';
import type { Pulp } from '../../../lib/pulp/pulp.ts';
import { PREFIX } from '../../../test/support/servers/reactor.ts';
import { type Bench, figure } from '../bench.ts';
import { rest } from '../daemon.ts';
import { fillRepositories } from '../pulp-rows.ts';
import { median } from '../statistics.ts';

const SIZES = [20, 2_000, 20_000];
const LOOKS = 60;
const SWEEPS = 15;
const GROWTH = 1.5;
const MEMORY_MB = 130;
/** Comparing everything comes first. */
const SETTLE_MS = 60_000;

export const benchDetector: Bench = async (lab, say) => {
  const daemon = await lab.startDaemon();
  await lab.stopDaemon();
  const { pulp } = lab.clientsOf(daemon);
  const signal = lab.site.signal ?? new AbortController().signal;

  const costs = [];
  for (const size of SIZES) {
    say(`${size} repositories`);
    await fillRepositories(lab.postgres, lab.world, size);
    costs.push({ size, ...(await measureSources(pulp, signal)) });
  }

  say('a daemon with all of them');
  const loaded = await lab.startDaemon();
  await rest(SETTLE_MS, signal);
  const { memoryMb } = await loaded.readUsage();

  const growth = (costs.at(-1)?.lookMs ?? Number.NaN) / (costs[0]?.lookMs ?? Number.NaN);
  return [
    ...costs.map(({ size, lookMs }) => figure(`an idle look, ${size} repositories`, lookMs, 'ms')),
    figure(`an idle look, ${SIZES.at(-1)} by ${SIZES[0]}`, growth, '×', GROWTH),
    ...costs.map(({ size, sweepMs }) => figure(`a sweep of repositories, ${size}`, sweepMs, 'ms')),
    ...costs.map(({ size, resyncMs }) => figure(`comparing everything, ${size} repositories`, resyncMs, 'ms')),
    figure(`memory after comparing ${SIZES.at(-1)}`, memoryMb, 'MB', MEMORY_MB),
  ];
};

/** Medians in milliseconds. */
interface Costs {
  /** every two seconds */
  readonly lookMs: number;
  /** every five minutes */
  readonly sweepMs: number;
  /** at start and daily */
  readonly resyncMs: number;
}

async function measureSources(pulp: Pulp, signal: AbortSignal): Promise<Costs> {
  const { newestTask, overlapMs } = await probeFeatures(pulp, null, signal);
  const deps = { pulp, prefix: PREFIX, memory: createMemory(100_000) };
  const cursor = startCursor(newestTask);
  const watermark = await readWatermark(pulp, signal);
  const all = { pulp, prefix: PREFIX, listHeldPaths: async () => new Set<string>(), keepLease: async () => {} };
  return {
    lookMs: await time(LOOKS, () => readTaskFeed(deps, cursor, overlapMs, signal)),
    sweepMs: await time(SWEEPS, () => readRepositoryFeed(deps, watermark, signal)),
    resyncMs: await time(1, () => readAllRepositories(all, signal)),
  };
}

/** Median of so many times, after one that warms up; of a single time that time. */
async function time(times: number, work: () => Promise<unknown>): Promise<number> {
  const took: number[] = [];
  const rounds = times === 1 ? 1 : times + 1;
  for (let round = 0; round < rounds; round += 1) {
    const startedAt = performance.now();
    await work();
    took.push(performance.now() - startedAt);
  }
  return median(took.slice(rounds - times));
}
