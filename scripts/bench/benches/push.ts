/** One push after another, each followed to its end: how soon it is seen and shown, and how many requests that takes. */
import { waitFor } from '../../../test/support/servers/wait.ts';
import { type Bench, figure } from '../bench.ts';
import { between } from '../counters.ts';
import type { Daemon } from '../daemon.ts';
import { measurePush, pathsOf, type Sample } from '../pushing.ts';
import type { Figure } from '../report.ts';
import { median, percentile } from '../statistics.ts';

/** So many that the worst one is beyond the 95th percentile. */
const SAMPLES = 20;
const DETECTED_S = 0.8;
const BEYOND_KATELLO_S = 2;

export const benchPush: Bench = async (lab, say) => {
  const daemon = await lab.startDaemon();
  const paths = pathsOf('push', SAMPLES);
  const measureAll = async (what: string): Promise<Sample[]> => {
    const samples: Sample[] = [];
    for (const path of paths) {
      samples.push(await measurePush(lab, daemon, path));
      say(`${what} ${samples.length} of ${SAMPLES}`);
    }
    return samples;
  };
  const first = await measureAll('first push');
  const again = await measureAll('retag');
  const detected = [...first, ...again].map((sample) => sample.detected);
  const idle = [];
  for (const path of paths.slice(0, 5)) idle.push(await measureNoOp(daemon, path));

  return [
    figure('push to detected, while pushes are seen, p50', median(detected), 's'),
    figure('push to detected, while pushes are seen, p95', percentile(detected, 0.95), 's', DETECTED_S),
    ...figuresOf('first push', first),
    ...figuresOf('retag', again),
    figure('no-op: calls to Pulp', median(idle.map(({ pulp }) => pulp)), ''),
    figure('no-op: calls to Katello', median(idle.map(({ katello }) => katello)), ''),
  ];
};

function figuresOf(what: string, samples: readonly Sample[]): Omit<Figure, 'bench'>[] {
  const verified = samples.map((sample) => sample.verified);
  const katello = samples.map((sample) => sample.katello);
  const beyond = samples.map((sample) => sample.verified - sample.katello);
  return [
    figure(`${what} to verified, p50`, median(verified), 's'),
    figure(`${what} to verified, p95`, percentile(verified, 0.95), 's'),
    figure(`${what}: of it Katello's own tasks, p50`, median(katello), 's'),
    figure(`${what}: of it Katello's own tasks, p95`, percentile(katello, 0.95), 's'),
    figure(`${what}: beyond Katello's tasks, p95`, percentile(beyond, 0.95), 's', BEYOND_KATELLO_S),
    figure(`${what}: calls to Pulp`, median(samples.map(({ calls }) => calls.pulp)), ''),
    figure(`${what}: calls to Katello`, median(samples.map(({ calls }) => calls.katello)), ''),
  ];
}

/** Requests of a run that finds nothing to do. */
async function measureNoOp(daemon: Daemon, path: string): Promise<{ pulp: number; katello: number }> {
  const before = await daemon.readCounters();
  await daemon.reprocess(path);
  const look = async () => {
    const counted = between(before, await daemon.readCounters());
    return counted.unchanged > 0 ? counted : undefined;
  };
  const { pulp, katello, looks } = await waitFor('a run without work', look, { timeoutMs: 30_000 });
  return { pulp: pulp - looks, katello };
}
