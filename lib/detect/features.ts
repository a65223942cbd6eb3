/** What this Pulp can do. Asked again whenever it was away, because it may have come back as another version. */
import { HttpStatusError } from '../errors.ts';
import type { Pulp } from '../pulp/pulp.ts';
import type { Status } from '../pulp/schema.ts';
import { TASK_NAMES } from './signs.ts';

export interface Features {
  /** the source that every look reads */
  readonly feed: 'tasks' | 'repositories';
  readonly overlapMs: number;
  /** newest `pulp_created` of any task, by Pulp's own clock; a time before all others where there is none */
  readonly newestTask: string;
  /** for the log */
  readonly versions: Readonly<Record<string, string>>;
}

type Probed = Pick<Pulp, 'readStatus' | 'findNewestTask' | 'listTasks'>;

const BEFORE_ALL = '1970-01-01T00:00:00.000000Z';

/** Since then a task's time is set in the order in which tasks become visible. */
const EXACT_TIMES = { component: 'core', major: 3, minor: 84 };
/** Up to the version before, push tasks that a worker ended soon are deleted. */
const KEEPS_PUSH_TASKS = { component: 'container', major: 2, minor: 21 };

/** @throws what the port throws */
export async function probeFeatures(pulp: Probed, overlapMs: number | null, signal: AbortSignal): Promise<Features> {
  const { versions } = await pulp.readStatus(signal);
  const newestTask = (await pulp.findNewestTask(signal))?.pulp_created ?? BEFORE_ALL;
  const hasFeed = isAtLeast(versions, KEEPS_PUSH_TASKS) && (await knowsFilter(pulp, newestTask, signal));
  return {
    feed: hasFeed ? 'tasks' : 'repositories',
    overlapMs: overlapMs ?? (isAtLeast(versions, EXACT_TIMES) ? 5_000 : 60_000),
    newestTask,
    versions: Object.fromEntries(versions.map(({ component, version }) => [component, version])),
  };
}

/** pulpcore before 3.71 answers 400 to a filter on creation time. */
async function knowsFilter(pulp: Probed, createdFrom: string, signal: AbortSignal): Promise<boolean> {
  try {
    for await (const _ of pulp.listTasks({ createdFrom, names: TASK_NAMES }, signal)) break;
    return true;
  } catch (error) {
    if (error instanceof HttpStatusError && error.failure.status === 400) return false;
    throw error;
  }
}

function isAtLeast(versions: Status['versions'], wanted: { component: string; major: number; minor: number }): boolean {
  const version = versions.find(({ component }) => component === wanted.component)?.version ?? '';
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > wanted.major || (major === wanted.major && minor >= wanted.minor);
}
