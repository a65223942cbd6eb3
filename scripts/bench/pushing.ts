/** Pushes as the bench makes them, and what became of each. */
import { between } from './counters.ts';
import { type Daemon, verifiedAt, waitUntilVerified } from './daemon.ts';
import { createVariant } from './images.ts';
import { listTasks } from './katello-tasks.ts';
import type { Lab } from './lab.ts';
import { clip, lengthOfUnion } from './statistics.ts';

/** One push that was followed to its end, while nothing else was pushed. Times are in seconds. */
export interface Sample {
  /** from the registry's last answer to the client until the detector saw it */
  readonly detected: number;
  /** from the same moment until it was read back from Katello */
  readonly verified: number;
  /** of it, how long at least one of Katello's own tasks ran */
  readonly katello: number;
  /** requests of the daemon, without its idle looks */
  readonly calls: { readonly pulp: number; readonly katello: number };
}

/** Pushes a new image under this tag. @returns when the registry had answered the client (epoch ms) */
export async function pushNew(lab: Lab, path: string, tag: string, push = lab.push): Promise<number> {
  const variant = `${tag} ${lab.pushed.get(path) ?? ''}`;
  lab.pushed.set(path, variant);
  await push(path, tag, createVariant(path, variant));
  return Date.now();
}

/** Pushes and follows the push to its end. */
export async function measurePush(lab: Lab, daemon: Daemon, path: string, push = lab.push): Promise<Sample> {
  const before = await daemon.readCounters();
  const begunAt = Date.now();
  const pushedAt = await pushNew(lab, path, 'latest', push);
  const receipt = await waitUntilVerified(daemon, path, begunAt);
  const { pulp, katello, looks } = between(before, await daemon.readCounters());

  // tasks without the repository too, of an earlier push and of smart proxies: they hold up everything else
  const tasks = await listTasks(lab.katello, 0);
  const until = verifiedAt(receipt);
  return {
    // Pulp may show the version before it answers the client
    detected: Math.max(0, receipt.pushedAt - pushedAt) / 1000,
    verified: (until - pushedAt) / 1000,
    katello: lengthOfUnion(tasks.map(({ interval }) => clip(interval, [pushedAt, until]))) / 1000,
    calls: { pulp: pulp - looks, katello },
  };
}

/** Makes sure that each path was pushed once and is settled in Katello. */
export async function prepare(lab: Lab, daemon: Daemon, paths: readonly string[]): Promise<void> {
  const missing = paths.filter((path) => !lab.pushed.has(path));
  const begunAt = Date.now();
  for (const path of missing) await pushNew(lab, path, 'latest');
  for (const path of missing) await waitUntilVerified(daemon, path, begunAt);
}

export function pathsOf(name: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => `acme/web/${name}-${index}`);
}
