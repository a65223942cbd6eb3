/** A daemon that has nothing to do: what it uses, what it asks, and how late it sees the first push. */
import { type Bench, figure } from '../bench.ts';
import { between } from '../counters.ts';
import { rest } from '../daemon.ts';
import { measurePush, pathsOf, prepare } from '../pushing.ts';
import { median, percentile } from '../statistics.ts';

/** Each comes after a minute of nothing. */
const ANNOUNCED = 3;
const UNANNOUNCED = 20;
/** A push, its run and the looks after it pass before it is called idle. */
const SETTLE_MS = 75_000;
const MINUTE_MS = 60_000;
const DETECTED_S = 1.5;
const MEMORY_MB = 130;

/** The default gap when nothing stirs. */
const IDLE_SECONDS = 2;
/** A daemon that no push wakes: every push finds it idle, without a minute of waiting before each. */
const SLEEPY = { KPR_POLL_ACTIVE_SECONDS: String(IDLE_SECONDS), KPR_POLL_IDLE_SECONDS: String(IDLE_SECONDS) };

export const benchIdle: Bench = async (lab, say) => {
  const { signal } = lab.site;
  const daemon = await lab.startDaemon();
  const [announced, others] = [pathsOf('announced', ANNOUNCED), pathsOf('idle', UNANNOUNCED)];
  await prepare(lab, daemon, [...announced, ...others]);

  const minutes = [];
  const detected: number[] = [];
  for (const path of announced) {
    say(`a minute of nothing, ${minutes.length + 1} of ${ANNOUNCED}`);
    await rest(SETTLE_MS, signal);
    const before = { counters: await daemon.readCounters(), usage: await daemon.readUsage() };
    await rest(MINUTE_MS, signal);
    const [asked, usage] = [between(before.counters, await daemon.readCounters()), await daemon.readUsage()];
    minutes.push({ asked, cpuSeconds: usage.cpuSeconds - before.usage.cpuSeconds, memoryMb: usage.memoryMb });
    detected.push((await measurePush(lab, daemon, path)).detected);
  }

  const sleepy = await lab.startDaemon(SLEEPY);
  const unannounced: number[] = [];
  for (const [index, path] of others.entries()) {
    say(`push without a token, ${index + 1} of ${UNANNOUNCED}`);
    // at every moment between two looks alike
    await rest((IDLE_SECONDS * 1000 * index) / UNANNOUNCED, signal);
    unannounced.push((await measurePush(lab, sleepy, path, lab.pushUnannounced)).detected);
  }

  const cpuSeconds = median(minutes.map((minute) => minute.cpuSeconds));
  return [
    figure(`push to detected, idle, worst of ${ANNOUNCED}`, Math.max(...detected), 's', DETECTED_S),
    figure('the same without a token, p50', percentile(unannounced, 0.5), 's'),
    figure('the same without a token, p95', percentile(unannounced, 0.95), 's'),
    figure('requests to Pulp in a minute', median(minutes.map(({ asked }) => asked.pulp)), ''),
    figure('requests to Katello in a minute', median(minutes.map(({ asked }) => asked.katello)), ''),
    figure('CPU of one core', (cpuSeconds * 100_000) / MINUTE_MS, '%'),
    figure('memory', Math.max(...minutes.map(({ memoryMb }) => memoryMb)), 'MB', MEMORY_MB),
  ];
};
