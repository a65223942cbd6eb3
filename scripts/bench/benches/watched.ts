/** A daemon whose dashboard is open in several browsers, with as many receipts as are kept. */
import { Redis } from 'ioredis';
import { loadConfig } from '../../../lib/config.ts';
import { createKeys } from '../../../lib/state/keys.ts';
import { createReceipts } from '../../../lib/state/receipts.ts';
import { signIn, type Visit } from '../../../test/support/visit.ts';
import { type Bench, figure } from '../bench.ts';
import { rest } from '../daemon.ts';
import { fillReceipts } from '../receipts.ts';
import { percentile } from '../statistics.ts';

const YEAR_MS = 365 * 86_400_000;
/** Each page asks for itself again every five seconds. */
const BROWSERS = 3;
const REFRESH_MS = 5000;
const ROUNDS = 36;
const PAGES = ['/', '/pushes', '/orphans'];
const MEMORY_MB = 150;
const PAGE_MS = 100;

export const benchWatched: Bench = async (lab, say) => {
  const daemon = await lab.startDaemon();
  say('saving receipts');
  await fill(daemon.env);
  const { administrator } = lab.katello;
  const at = { url: `http://${daemon.env['KPR_LISTEN']}`, origin: daemon.env['KPR_PUBLIC_URL'] ?? '' };
  const visits = [];
  for (let count = 0; count < BROWSERS; count += 1) {
    visits.push(await signIn(at, administrator));
  }
  const times: number[] = [];
  let memoryMb = 0;
  for (let round = 0; round < ROUNDS; round += 1) {
    say(`round ${round + 1} of ${ROUNDS}`);
    await Promise.all(visits.map(async (visit) => times.push(...(await open(visit)))));
    memoryMb = Math.max(memoryMb, (await daemon.readUsage()).memoryMb);
    await rest(REFRESH_MS, lab.site.signal);
  }
  return [
    figure(`page, ${BROWSERS} at once, p50`, percentile(times, 0.5), 'ms'),
    figure(`page, ${BROWSERS} at once, p95`, percentile(times, 0.95), 'ms', PAGE_MS),
    figure('most memory, dashboard open', memoryMb, 'MB', MEMORY_MB),
  ];
};

/** Each page, one after the other; milliseconds of each. */
async function open(visit: Visit): Promise<number[]> {
  const times: number[] = [];
  for (const path of PAGES) {
    const startedAt = performance.now();
    await visit.get(path);
    times.push(performance.now() - startedAt);
  }
  return times;
}

async function fill(env: Readonly<Record<string, string>>): Promise<void> {
  const client = new Redis(env['REDIS_URL'] ?? '');
  const keys = createKeys(client, loadConfig(env).redis.prefix);
  await fillReceipts(createReceipts(keys, YEAR_MS, Date.now), Date.now());
  await client.quit();
}
