/** A daemon that has nothing to do: what it uses, what it asks, and how late it sees the first push. */
import { type Bench, figure } from '../bench.ts';
import { between } from '../counters.ts';
import { rest } from '../daemon.ts';
import { measurePush, pathsOf, prepare } from '../pushing.ts';
import { percentile } from '../statistics.ts';

const SAMPLES = 20;
/** A push and its run pass before it is called idle. */
const SETTLE_MS = 15_000;
const MINUTE_MS = 60_000;
const DETECTED_S = 1.5;
const MEMORY_MB = 130;

/** The default gap when nothing stirs. */
const IDLE_SECONDS = 2;
/** A daemon that a push does not wake: every push finds it idle, without a minute of waiting before each. */
const ENV = { KPR_POLL_ACTIVE_SECONDS: String(IDLE_SECONDS), KPR_POLL_IDLE_SECONDS: String(IDLE_SECONDS) };

export const benchIdle: Bench = async (lab, say) => {
  const daemon = await lab.startDaemon(ENV);
  const paths = pathsOf('idle', SAMPLES);
  await prepare(lab, daemon, paths);
  const detected: number[] = [];
  for (const [index, path] of paths.entries()) {
    // at every moment between two looks alike
    await rest((IDLE_SECONDS * 1000 * index) / SAMPLES, lab.site.signal);
    detected.push((await measurePush(lab, daemon, path)).detected);
    say(`push ${index + 1} of ${SAMPLES}`);
  }

  say('a minute of nothing');
  await rest(SETTLE_MS, lab.site.signal);
  const before = { counters: await daemon.readCounters(), usage: await daemon.readUsage() };
  await rest(MINUTE_MS, lab.site.signal);
  const [asked, usage] = [between(before.counters, await daemon.readCounters()), await daemon.readUsage()];

  return [
    figure('push to detected, idle, no hint, p50', percentile(detected, 0.5), 's'),
    figure('push to detected, idle, no hint, p95', percentile(detected, 0.95), 's', DETECTED_S),
    figure('requests to Pulp in a minute', asked.pulp, ''),
    figure('requests to Katello in a minute', asked.katello, ''),
    figure('CPU of one core', ((usage.cpuSeconds - before.usage.cpuSeconds) * 100_000) / MINUTE_MS, '%'),
    figure('memory', usage.memoryMb, 'MB', MEMORY_MB),
  ];
};
