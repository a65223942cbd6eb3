/**
 * How fast tokens are, and what they cost Katello. Run as `node --import tsx scripts/bench/token.ts`.
 *
 * The front runs in a process of its own, before the stand-in for Katello and a Pulp in memory; requests come over
 * loopback from this one. Ends with 1 when a target is missed.
 */
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { cpus, loadavg, totalmem } from 'node:os';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { startFrontLab } from '../../test/support/front-lab.ts';
import { basic } from '../../test/support/told.ts';

const TARGET = { perSecond: 1000, p99Ms: 25, uncachedCalls: 1, pushProductCalls: 2 };
const REQUESTS = 10_000;
const CONNECTIONS = 16;

const Started = z.object({ url: z.string() });
const Counted = z.object({ byUser: z.number(), byReactor: z.number() });
type Counted = z.infer<typeof Counted>;

/** In the child: the front, and on each message how often Katello was asked since the one before. */
async function serve(): Promise<void> {
  const front = await startFrontLab({ front: { cacheMs: 300_000 } });
  const url = await front.server.listen({ host: '127.0.0.1', port: 0 });
  process.on('message', () => {
    const { katello } = front.lab.calls;
    process.send?.({ byUser: front.userCalls.length, byReactor: katello.length });
    front.userCalls.length = 0;
    katello.length = 0;
  });
  process.on('disconnect', () => void front.close());
  process.send?.({ url });
}

async function main(): Promise<boolean> {
  const child = fork(fileURLToPath(import.meta.url), ['serve']);
  const receive = async (): Promise<unknown> => {
    const received: unknown[] = await once(child, 'message');
    return received[0];
  };
  const { url } = Started.parse(await receive());
  const countCalls = async (): Promise<Counted> => {
    child.send('count');
    return Counted.parse(await receive());
  };
  const agent = new Agent({ keepAlive: true, maxSockets: 4 * CONNECTIONS });
  const ask = (path: string) => askToken(`${url}/token?${queryOf(path)}`, agent);

  await ask('acme/web/api');
  await countCalls();
  await ask('acme/web/uncached');
  const uncached = await countCalls();
  await ask('acme/first');
  const first = await countCalls();

  await askInTurn(REQUESTS / 4, () => ask('acme/web/api'));
  const startedAt = performance.now();
  await askInTurn(REQUESTS, () => ask('acme/web/api'));
  const perSecond = (REQUESTS / (performance.now() - startedAt)) * 1000;
  const latencies = await askEvenly(REQUESTS, TARGET.perSecond, () => ask('acme/web/api'));
  const cached = await countCalls();
  agent.destroy();
  child.disconnect();
  await once(child, 'exit');

  const at = (share: number) => (latencies[Math.floor(share * (latencies.length - 1))] ?? 0).toFixed(1);
  const p99Ms = Number(at(0.99));
  const machine = `${cpus().length} cores (${cpus()[0]?.model ?? '?'}), ${Math.round(totalmem() / 2 ** 30)} GiB`;
  process.stdout.write(`machine       ${machine}, load ${loadavg()[0]?.toFixed(1)}, Node ${process.version}
most          ${perSecond.toFixed(0)}/s cached, ${CONNECTIONS} at once (target ${TARGET.perSecond}/s)
at ${TARGET.perSecond}/s     p50 ${at(0.5)} ms, p99 ${at(0.99)} ms (target ${TARGET.p99Ms} ms), most ${at(1)} ms
Katello       cached: ${describe(cached)}
              uncached: ${describe(uncached)} (target ${TARGET.uncachedCalls}; what kpr asks is known)
              push product made: ${describe(first)} (target ${TARGET.pushProductCalls} as the user)
`);
  return (
    perSecond >= TARGET.perSecond &&
    p99Ms < TARGET.p99Ms &&
    cached.byUser + cached.byReactor === 0 &&
    uncached.byUser + uncached.byReactor <= TARGET.uncachedCalls &&
    first.byUser <= TARGET.pushProductCalls
  );
}

function describe({ byUser, byReactor }: Counted): string {
  return `${byUser} calls as the user, ${byReactor} as kpr`;
}

/** Keeps all connections busy. */
async function askInTurn(requests: number, ask: () => Promise<void>): Promise<void> {
  let left = requests;
  const work = async (): Promise<void> => {
    while (left-- > 0) await ask();
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, work));
}

/** Asks when it is time, whatever has been answered; the milliseconds from then to each answer, ascending. */
async function askEvenly(requests: number, perSecond: number, ask: () => Promise<void>): Promise<number[]> {
  const latencies: number[] = [];
  const startedAt = performance.now();
  const asked: Promise<void>[] = [];
  while (asked.length < requests) {
    const dueAt = startedAt + (asked.length / perSecond) * 1000;
    if (performance.now() < dueAt) await delay(1);
    else asked.push(ask().then(() => void latencies.push(performance.now() - dueAt)));
  }
  await Promise.all(asked);
  return latencies.toSorted((a, b) => a - b);
}

function queryOf(path: string): string {
  return new URLSearchParams({ service: 'push.example.com', scope: `repository:${path}:pull,push` }).toString();
}

async function askToken(url: string, agent: Agent): Promise<void> {
  const asked = request(url, { agent, headers: { authorization: basic('dev', 'sandbox-dev') } });
  const answered = new Promise<number>((resolve, reject) => {
    asked.once('error', reject);
    asked.once('response', (response) => {
      response.resume();
      response.once('end', () => resolve(response.statusCode ?? 0));
    });
  });
  asked.end();
  const status = await answered;
  if (status !== 200) throw new Error(`a token was answered ${status}`);
}

if (process.argv[2] === 'serve') await serve();
else process.exitCode = (await main()) ? 0 : 1;
