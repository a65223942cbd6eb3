/** The end of a random run: everything has arrived, and nobody has anything left to do. */
import { join } from 'node:path';
import { z } from 'zod';
import { createApiClient } from '../../../../lib/cli/api-client.ts';
import { until } from '../../until.ts';
import { nameInPushProduct, PREFIX, type Rig } from '../rig.ts';
import { isClaimed, readServed, servesLatest } from '../served.ts';
import { readWorld, twinsIn } from '../world.ts';
import type { Member, Pair } from './pair.ts';
import type { Recorder } from './recorder.ts';

const Reprocessed = z.looseObject({ paths: z.array(z.string()) });
const UNPUBLISHED = 'has a version that is not published';
const UNFINISHED = ['waiting', 'active', 'delayed'];
/** Of runs; those of the detector and of whoever adapts the concurrency are always held by one of the daemons. */
const LEASE_OF_RUN = /:lease:(repository|product|push-product)\//;

/** Waits until both daemons are ready and everything is at rest, if that comes. */
export async function untilAtRest(rig: Rig, { members }: Pair, recorder: Recorder, timeoutMs: number): Promise<void> {
  for (const member of members) await member.untilReady();
  const isAtRest = async (): Promise<boolean> =>
    findUnsettled(rig, recorder).length === 0 && (await isIdle(members[0]).catch(() => false));
  await until('rest', isAtRest, timeoutMs).catch(() => undefined); // what is missing is told by `findUnrest`
}

/**
 * A write that reached Pulp after its daemon was killed is looked at once more a minute later, unless Redis has lost that
 * too: then only the daily comparison tells a person, who has the path run again. Does that; answers for how many paths.
 */
export async function mendLateWrites(rig: Rig, pair: Pair, recorder: Recorder, timeoutMs: number): Promise<number> {
  const unsettled = findUnsettled(rig, recorder);
  if (unsettled.length === 0 || !unsettled.every((line) => line.endsWith(UNPUBLISHED))) return 0;
  await reprocessAll(rig, pair.members[0]);
  await untilAtRest(rig, pair, recorder, timeoutMs);
  return unsettled.length;
}

/** What is not as it has to be once all trouble is over, a line each. Has every path run once more. */
export async function findUnrest(rig: Rig, { members }: Pair, recorder: Recorder): Promise<string[]> {
  const { products, repositories, paused } = await readWorld(rig.standIn);
  const failed = await members[0].daemon.readMetric('kpr_queue_jobs{queue="reconcile",state="failed"}');
  const failedPaths = await members[0].daemon.readMetric('kpr_failed_paths');
  return [
    ...findUnsettled(rig, recorder),
    ...[...twinsIn(products), ...twinsIn(repositories)].map((name) => `${name} is there twice`),
    ...paused,
    ...(failed + failedPaths > 0 ? [`${failed} jobs failed, ${failedPaths} paths`] : []),
    ...(await findWritesOfOneMoreRun(rig, members, recorder)),
    ...(await findLeases(rig)),
  ];
}

/** Paths that do not show what was pushed, and nothing else, or are not at rest yet; a line each. */
function findUnsettled({ fakePulp: { state } }: Rig, recorder: Recorder): string[] {
  return recorder.paths().flatMap((path) => {
    const name = nameInPushProduct(path);
    const pushed = recorder.pushed(path);
    const served = readServed(state, name);
    const isServed = served?.size === pushed.size && [...pushed].every(([tag, digest]) => served.get(tag) === digest);
    if (!isServed) return [`${path} is not served as it was pushed`];
    if (!servesLatest(state, name)) return [`${path} ${UNPUBLISHED}`];
    return isClaimed(state, `${PREFIX}/${path}`) ? [] : [`${path} is not claimed`];
  });
}

async function findWritesOfOneMoreRun(rig: Rig, members: Pair['members'], recorder: Recorder): Promise<string[]> {
  const calls = members.flatMap(({ proxies }) => [proxies.pulp.calls, proxies.katello.calls]);
  for (const some of calls) some.length = 0;

  const paths = await reprocessAll(rig, members[0]);
  await until('the end of one more run', () => isIdle(members[0]), 30_000);

  const writes = calls.flat().filter(({ method }) => method !== 'GET' && method !== 'HEAD');
  const missing = recorder.paths().filter((path) => !paths.includes(path));
  return [
    ...writes.map(({ method, url }) => `one more run wrote: ${method} ${url}`),
    ...missing.map((path) => `${path} is not known as a path that was pushed to`),
  ];
}

async function reprocessAll({ site }: Rig, { name }: Member): Promise<string[]> {
  const stateDir = join(site.dir, name);
  const api = createApiClient(
    { stateDir, url: null, login: null, password: null, caFile: null },
    AbortSignal.timeout(30_000),
  );
  return (await api.post('reprocess', { all: true }, Reprocessed)).paths;
}

async function isIdle({ daemon }: Member): Promise<boolean> {
  const counts = UNFINISHED.map((state) => daemon.readMetric(`kpr_queue_jobs{queue="reconcile",state="${state}"}`));
  return (await Promise.all(counts)).every((count) => count === 0);
}

async function findLeases({ redis }: Rig): Promise<string[]> {
  const keys = (await redis?.ask((client) => client.keys('*:lease:*'))) ?? [];
  return keys.filter((key) => LEASE_OF_RUN.test(key)).map((key) => `${key} is left`);
}
