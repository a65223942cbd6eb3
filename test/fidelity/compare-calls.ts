/** Compares calls to Pulp with the recorded ones: what was asked, in which order. */
import type { Difference } from './compare.ts';
import { isObject } from './json.ts';
import { normalizeTarget, type ObservedCall } from './pulp-double.ts';
import type { PulpCall } from './recording.ts';

/** A call as a text that is equal for equal calls. */
export interface ComparableCall {
  readonly key: string;
}

/**
 * Empty when the calls are the recorded ones. Polls of one task count once. Where Katello itself worked side by side
 * (on several uploads, or the recorded times overlap) the order is chance, and only which calls there were counts.
 */
export function compareCalls(
  recorded: readonly PulpCall[],
  given: readonly ObservedCall[],
  hasSeveralUploads: boolean,
): Difference[] {
  const wanted = withoutPolls(recorded.map((call) => comparable(call.method, normalizeTarget(call.path), call.body)));
  const found = withoutPolls(given.map((call) => comparable(call.method, call.target, call.body)));
  return hasSeveralUploads || hasOverlap(recorded)
    ? firstDifference(sorted(wanted), sorted(found))
    : firstDifference(wanted, found);
}

/** @param target path and query, normalized */
export function comparable(method: string, target: string, body: unknown): ComparableCall {
  return { key: `${method} ${target} ${JSON.stringify(shownBody(body))}` };
}

/** Names of Pulp's repositories and distributions are drawn at random behind the label; times are those of the run. */
function shownBody(body: unknown): unknown {
  if (!isObject(body)) return null;
  const entries = Object.entries(body).map(([key, value]): [string, unknown] => [key, shownMember(key, value)]);
  return Object.fromEntries(entries.toSorted(([a], [b]) => a.localeCompare(b)));
}

function shownMember(key: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (key === 'name') return value.replace(/\d+$/, '…');
  return key === 'finished_before' ? value.replace(/\d/g, '0') : value;
}

function withoutPolls(calls: readonly ComparableCall[]): ComparableCall[] {
  const polled = new Set<string>();
  return calls.filter((call) => {
    if (!call.key.startsWith('GET /pulp/api/v3/tasks/')) return true;
    const isFirst = !polled.has(call.key);
    polled.add(call.key);
    return isFirst;
  });
}

function hasOverlap(calls: readonly PulpCall[]): boolean {
  return calls.some((call, index) => call.at_ms < (calls[index - 1]?.at_ms ?? 0));
}

function sorted(calls: readonly ComparableCall[]): ComparableCall[] {
  return calls.toSorted((a, b) => a.key.localeCompare(b.key));
}

/** Empty when both are the same, in the same order. */
export function firstDifference(wanted: readonly ComparableCall[], found: readonly ComparableCall[]): Difference[] {
  for (let index = 0; index < Math.max(wanted.length, found.length); index++) {
    const [want, have] = [wanted[index]?.key ?? 'nothing', found[index]?.key ?? 'nothing'];
    if (want !== have) return [{ place: `call ${index + 1}`, what: `${want} became ${have}` }];
  }
  return [];
}
