/** A thousand hints a second: whether the looks at Pulp, which find pushes, become slower. */

import { Agent } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { type Bench, figure } from '../bench.ts';
import { between, type Counters } from '../counters.ts';
import type { Daemon } from '../daemon.ts';
import { sendHint } from '../hints.ts';
import { measurePush, pathsOf, prepare } from '../pushing.ts';
import { percentile } from '../statistics.ts';

const PUSHES = 10;
const PER_SECOND = 1000;
const TOKEN = 'bench-'.repeat(8);
const TIMES = 2;
const ENV = { KPR_HOOK_TOKEN: TOKEN };

export const benchHints: Bench = async (lab, say) => {
  const daemon = await lab.startDaemon(ENV);
  const paths = pathsOf('hinted', PUSHES);
  await prepare(lab, daemon, paths);

  const measure = async (what: string) => {
    const before = await readBoth(daemon);
    const detected: number[] = [];
    for (const path of paths) {
      say(`${what}, push ${detected.length + 1} of ${PUSHES}`);
      detected.push((await measurePush(lab, daemon, path, lab.pushUnannounced)).detected);
    }
    const after = await readBoth(daemon);
    const { looks, lookSeconds } = between(before.counters, after.counters);
    const seconds = (after.at - before.at) / 1000;
    return {
      p95: percentile(detected, 0.95),
      lookMs: (lookSeconds / looks) * 1000,
      looksPerSecond: looks / seconds,
      cpu: ((after.cpuSeconds - before.cpuSeconds) / seconds) * 100,
    };
  };

  const quiet = await measure('without hints');
  const flood = new AbortController();
  const answers = floodWith(`http://${daemon.env['KPR_LISTEN']}/hooks/plain`, flood.signal);
  const flooded = await measure(`${PER_SECOND} hints a second`);
  flood.abort();
  const { taken, refused, perSecond } = await answers;

  return [
    figure('hints sent in a second', perSecond, ''),
    figure('of a hundred hints, taken', (taken / (taken + refused)) * 100, ''),
    figure('one look, no hints', quiet.lookMs, 'ms'),
    figure('one look, with hints', flooded.lookMs, 'ms'),
    figure('the same, by that without hints', flooded.lookMs / quiet.lookMs, '×', TIMES),
    figure('looks in a second, no hints', quiet.looksPerSecond, ''),
    figure('looks in a second, with hints', flooded.looksPerSecond, ''),
    figure('push to detected, no hints, p95', quiet.p95, 's'),
    figure('push to detected, with hints, p95', flooded.p95, 's'),
    figure('CPU of one core, no hints', quiet.cpu, '%'),
    figure('CPU of one core, with hints', flooded.cpu, '%'),
  ];
};

async function readBoth(daemon: Daemon): Promise<{ counters: Counters; cpuSeconds: number; at: number }> {
  const [counters, { cpuSeconds }] = [await daemon.readCounters(), await daemon.readUsage()];
  return { counters, cpuSeconds, at: performance.now() };
}

/** Sends when it is time, whatever was answered, until aborted; the counts of the answers. */
async function floodWith(url: string, signal: AbortSignal) {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const startedAt = performance.now();
  const counts = { taken: 0, refused: 0 };
  const sendOne = async (): Promise<void> => {
    const status = await sendHint(url, TOKEN, agent);
    counts[status === 202 ? 'taken' : 'refused'] += 1;
  };
  const sent: Promise<void>[] = [];
  let count = 0;
  while (!signal.aborted) {
    if (performance.now() < startedAt + (count / PER_SECOND) * 1000) {
      await delay(1);
      continue;
    }
    count += 1;
    sent.push(sendOne());
  }
  await Promise.all(sent);
  const seconds = (performance.now() - startedAt) / 1000;
  agent.destroy();
  return { ...counts, perSecond: count / seconds };
}
