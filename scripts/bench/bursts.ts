/** Many pushes at once, and what Katello needs for them. */
import { inParallel } from '../../test/support/faults/in-parallel.ts';
import type { Daemon, Receipt } from './daemon.ts';
import { listTasks, PUBLISH } from './katello-tasks.ts';
import type { Lab } from './lab.ts';
import { pushNew } from './pushing.ts';

/** As many clients as a busy build farm has. */
const CLIENTS = 8;
/** What Katello bears best (recorded with Katello 5.0 on two cores). */
const AT_ONCE = 2;

/** Every repository in turn gets its next tag. Tells after each push how much of it is done, up to 1. */
export async function pushInTurn(
  lab: Lab,
  paths: readonly string[],
  tags: readonly string[],
  onPushed: (share: number) => void,
): Promise<void> {
  const pushes = tags.flatMap((tag) => paths.map((path) => ({ path, tag })));
  let done = 0;
  await inParallel(CLIENTS, pushes, async ({ path, tag }) => {
    await pushNew(lab, path, tag);
    done += 1;
    onPushed(done / pushes.length);
  });
}

/** Seconds for each publish when Katello does nothing else, two at once. The paths are settled, and have the tag `latest`. */
export async function measurePublishes(lab: Lab, daemon: Daemon, paths: readonly string[]): Promise<number> {
  const { katello } = lab.clientsOf(daemon);
  const found = await Promise.all(paths.map((path) => daemon.listReceipts(0, path)));
  const ids = found.flatMap(([latest]) => latest?.katello.repositoryId ?? []);
  const startedAt = Date.now();
  await inParallel(AT_ONCE, ids, async (id) => {
    const { digests } = await katello.findTags(id, ['latest']);
    const task = await katello.importTag(id, { tag: 'latest', digest: digests.get('latest') ?? '' });
    await katello.waitForTask(task.id);
  });
  return (Date.now() - startedAt) / 1000 / ids.length;
}

/** How often Katello published since then (epoch ms). */
export interface Publishes {
  readonly all: number;
  /** of the repositories of these receipts */
  readonly ofPaths: number;
  /** of all, those that ended after the last push */
  readonly after: number;
}

export async function countPublishes(
  lab: Lab,
  receipts: readonly Receipt[],
  begunAt: number,
  lastPushAt: number,
): Promise<Publishes> {
  const ids = new Set(receipts.map(({ katello }) => katello.repositoryId ?? -1));
  const all = (await listTasks(lab.katello, begunAt)).filter(({ label }) => label === PUBLISH);
  return {
    all: all.length,
    ofPaths: all.filter(({ repositoryIds }) => repositoryIds.some((id) => ids.has(id))).length,
    after: all.filter(({ interval: [, end] }) => end > lastPushAt).length,
  };
}
