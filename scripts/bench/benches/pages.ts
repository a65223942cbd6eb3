/** Pages of the dashboard: what the server needs for one, when as many receipts are kept as there may be. */
import { setTimeout as delay } from 'node:timers/promises';
import { createKeys } from '../../../lib/state/keys.ts';
import { createReceipts } from '../../../lib/state/receipts.ts';
import { type DashboardBench, NOW, openDashboard } from '../../../test/support/dashboard.ts';
import { openTestRedis } from '../../../test/support/state.ts';
import { type Bench, figure } from '../bench.ts';
import { fillReceipts } from '../receipts.ts';
import { percentile } from '../statistics.ts';

const ROUNDS = 30;
/** Below what a visitor may ask for in a second. */
const GAP_MS = 60;
const TARGET_MS = 100;
const YEAR_MS = 365 * 86_400_000;

const PAGES = [
  ['overview', '/', 'admin'],
  ['overview, one organization', '/', 'operator'],
  ['pushes', '/pushes', 'admin'],
  ['pushes, filtered', '/pushes?path=p99&state=done', 'admin'],
  ['one push', `/pushes/${encodeURIComponent('u7@1')}`, 'admin'],
] as const;

/** In this process, with a Redis of its own: the time is that of the whole answer. */
export const benchPages: Bench = async (_lab, say) => {
  const redis = await openTestRedis();
  const receipts = createReceipts(createKeys(redis.client, '{pages}'), YEAR_MS, () => NOW);
  say('saving receipts');
  await fillReceipts(receipts, NOW);
  const bench = await openDashboard({
    listBriefs: () => receipts.listBriefs(),
    findPushes: (ids) => receipts.findAll(ids),
  });
  try {
    const figures = [];
    for (const [name, path, login] of PAGES) {
      say(name);
      const times = await measure(bench, path, login);
      figures.push(figure(`${name}, p50`, percentile(times, 0.5), 'ms'));
      figures.push(figure(`${name}, p95`, percentile(times, 0.95), 'ms', TARGET_MS));
    }
    return figures;
  } finally {
    await bench.close();
    await redis.close();
  }
};

/** Milliseconds of each answer. */
async function measure(bench: DashboardBench, path: string, login: string): Promise<number[]> {
  const browser = bench.openBrowser();
  await browser.signIn(login);
  const times: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    const startedAt = performance.now();
    const { statusCode } = await browser.get(path);
    times.push(performance.now() - startedAt);
    if (statusCode !== 200) throw new Error(`${path} was answered ${statusCode}`);
    await delay(GAP_MS);
  }
  return times;
}
