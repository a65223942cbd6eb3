/** Replays the weekly cleanup: the calls to Pulp in their order, how many of each kind, and who loses a distribution. */

import { createCleanupPulp } from './cleanup-pulp.ts';
import type { Difference } from './compare.ts';
import { type ComparableCall, comparable, firstDifference } from './compare-calls.ts';
import type { Driver } from './driver.ts';
import { normalizeTarget, type ObservedCall, type PulpDouble } from './pulp-double.ts';
import type { RecordedCleanup } from './recording.ts';

type Call = Pick<ObservedCall, 'method' | 'target' | 'body'>;

/** So many calls of each kind were recorded. */
const SHOWN = 2;
const UUID = /(dry-)?([0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|<id>)/g;

export async function replayCleanup(
  recording: RecordedCleanup,
  driver: Driver,
  double: PulpDouble,
): Promise<Difference[]> {
  const from = double.observed.length;
  const pulp = createCleanupPulp(recording, await driver.readWorld());
  double.replaceBy((method, target) => pulp.answer(method, target));
  try {
    await driver.control('POST /orphan-cleanup');
    await driver.settle(null);
  } finally {
    double.replaceBy(null);
  }
  const given = double.observed.slice(from);
  return [
    ...firstDifference(abridged(recordedCalls(recording)), abridged(given)),
    ...compareCounts(recording, given),
    ...comparePaths(recording, pulp.pushPathsLeft()),
  ];
}

function recordedCalls({ calls }: RecordedCleanup): Call[] {
  return calls.map(({ method, path, body }) => ({ method, target: normalizeTarget(path), body }));
}

/** The first calls of each kind, in order. Ids of tasks are Pulp's chance. */
function abridged(calls: readonly Call[]): ComparableCall[] {
  const seen = new Map<string, number>();
  return calls.flatMap((call) => {
    const kind = kindOf(call.method, call.target);
    const count = (seen.get(kind) ?? 0) + 1;
    seen.set(kind, count);
    if (count > SHOWN) return [];
    const target = call.target.includes('/tasks/') ? call.target.replace(UUID, '<id>') : call.target;
    return [comparable(call.method, target, call.body)];
  });
}

function compareCounts({ counts }: RecordedCleanup, given: readonly Call[]): Difference[] {
  const wanted = new Map(counts.map(({ call, times }) => [call.replace(UUID, '<id>'), times]));
  const found = new Map<string, number>();
  for (const { method, target } of given) {
    const kind = kindOf(method, target);
    found.set(kind, (found.get(kind) ?? 0) + 1);
  }
  return [...new Set([...wanted.keys(), ...found.keys()])]
    .filter((kind) => wanted.get(kind) !== found.get(kind))
    .map((kind) => ({ place: kind, what: `${wanted.get(kind) ?? 0} times became ${found.get(kind) ?? 0}` }));
}

function comparePaths(
  { push_distributions_it_leaves: leaves }: RecordedCleanup,
  left: readonly string[],
): Difference[] {
  const [wanted, found] = [leaves.map((row) => row.base_path), left].map((paths) => paths.toSorted().join(', '));
  return wanted === found ? [] : [{ place: 'push distributions left', what: `${wanted} became ${found}` }];
}

/** As the recorders named kinds: `DELETE …/<id>/versions/N/`. */
function kindOf(method: string, target: string): string {
  const path = target.split('?')[0] ?? target;
  return `${method} ${path.replace(UUID, '<id>').replace(/versions\/\d+\//, 'versions/N/')}`;
}
