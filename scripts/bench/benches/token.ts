/** Tokens: how fast the daemon gives those that it has decided on before, and what a new decision costs Katello. */
import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { startFrontLab } from '../../../test/support/front-lab.ts';
import { openWebSite } from '../../../test/support/web-server/web-site.ts';
import { type Bench, figure } from '../bench.ts';
import { percentile } from '../statistics.ts';
import { askToken } from '../tokens.ts';

const REQUESTS = 10_000;
/** How many are under way in a row that never pauses. */
const WIDTH = 16;
const PER_SECOND = 1000;
const P99_MS = 25;
const CALLS = 1;
const CALLS_WITH_PRODUCT = 2;

/** The requests come from this process; the daemon is another one. */
export const benchToken: Bench = async (lab, say) => {
  const { registry } = await openWebSite(lab.site);
  const { env } = await lab.startDaemon({ KPR_TOKEN_CACHE_SECONDS: '300' });
  const agent = new Agent({ keepAlive: true, maxSockets: 4 * WIDTH });
  const ask = async () => {
    await askToken(`http://${env['KPR_LISTEN']}`, { service: registry, path: 'acme/web/api' }, agent);
  };

  say('warming up');
  await askInTurn(REQUESTS / 4, ask);
  say('as many as it gives');
  const startedAt = performance.now();
  await askInTurn(REQUESTS, ask);
  const perThousandMs = ((performance.now() - startedAt) / REQUESTS) * 1000;
  say(`${PER_SECOND} a second`);
  const latencies = await askEvenly(REQUESTS, ask);
  agent.destroy();
  await lab.stopDaemon();

  say('what Katello is asked');
  return [
    figure(`1 000 cached tokens, ${WIDTH} at once`, perThousandMs / 1000, 's', 1000 / PER_SECOND),
    figure(`cached token, ${PER_SECOND}/s, p50`, percentile(latencies, 0.5), 'ms'),
    figure(`cached token, ${PER_SECOND}/s, p99`, percentile(latencies, 0.99), 'ms', P99_MS),
    ...(await countCalls()),
  ];
};

/** Questions to Katello, before the front alone: there it shows who asked. */
async function countCalls() {
  const front = await startFrontLab({ front: { cacheMs: 300_000 } });
  const count = async (path: string): Promise<{ user: number; all: number }> => {
    const { katello } = front.lab.calls;
    const [users, service] = [front.userCalls.length, katello.length];
    const { status } = await front.ask({ as: 'dev', scopes: [`repository:${path}:pull,push`] });
    if (status !== 200) throw new Error(`a token for ${path} was answered ${status}`);
    const user = front.userCalls.length - users;
    return { user, all: user + katello.length - service };
  };
  try {
    await count('acme/web/api'); // from now on it knows what is in acme
    const cached = await count('acme/web/api');
    const uncached = await count('acme/web/uncached');
    const first = await count('acme/first');
    return [
      figure('calls to Katello, cached', cached.all, '', 0),
      figure('calls to Katello, uncached', uncached.all, '', CALLS),
      figure('calls to Katello as the user, push product made', first.user, '', CALLS_WITH_PRODUCT),
      figure('calls to Katello in all, push product made', first.all, ''),
    ];
  } finally {
    await front.close();
  }
}

/** Keeps so many under way all the time. */
async function askInTurn(requests: number, ask: () => Promise<void>): Promise<void> {
  let left = requests;
  const work = async (): Promise<void> => {
    while (left-- > 0) await ask();
  };
  await Promise.all(Array.from({ length: WIDTH }, work));
}

/** Asks when it is time, whatever has been answered; the milliseconds from then to each answer. */
async function askEvenly(requests: number, ask: () => Promise<void>): Promise<number[]> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const asked: Promise<void>[] = [];
  while (asked.length < requests) {
    const dueAt = startedAt + (asked.length / PER_SECOND) * 1000;
    if (performance.now() < dueAt) await delay(1);
    else asked.push(ask().then(() => void latencies.push(performance.now() - dueAt)));
  }
  await Promise.all(asked);
  return latencies;
}
