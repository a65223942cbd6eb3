/**
 * What a person sees first: how pushes went in the last day, and which of them need somebody. Pure.
 */
import type { Brief } from './brief.ts';

/** Pushes of one hour, by what became of them. */
export interface Hour {
  /** epoch milliseconds */
  readonly startsAt: number;
  readonly done: number;
  /** on their way */
  readonly open: number;
  /** failed or refused */
  readonly failed: number;
}

export interface Overview {
  /** paths whose latest push waits or is worked on */
  readonly waiting: number;
  /** paths whose latest push failed or was refused, newest first */
  readonly failed: readonly Brief[];
  /** milliseconds from push to Katello that all but one in twenty of the last day took; null without any */
  readonly p95Ms: number | null;
  /** 24, oldest first; the last one has just begun */
  readonly hours: readonly Hour[];
  /** milliseconds since the oldest push that waits; 0 where none does */
  readonly lagMs: number;
}

export const HOUR_MS = 3_600_000;
const HOURS = 24;

/** @param briefs in any order */
export function overviewOf(briefs: readonly Brief[], now: number): Overview {
  const latest = latestOfPaths(briefs);
  const waiting = latest.filter(({ state }) => outcomeOf(state) === 'open');
  const failed = latest.filter(({ state }) => outcomeOf(state) === 'failed');
  return {
    waiting: waiting.length,
    failed: failed.toSorted(newestFirst),
    p95Ms: p95(
      briefs.flatMap(({ pushedAt, publishedMs }) => (now - pushedAt < HOURS * HOUR_MS ? (publishedMs ?? []) : [])),
    ),
    hours: hoursOf(briefs, now),
    lagMs: waiting.reduce((oldest, { pushedAt }) => Math.max(oldest, now - pushedAt), 0),
  };
}

export function newestFirst(a: Brief, b: Brief): number {
  return b.pushedAt - a.pushedAt || (a.id < b.id ? 1 : -1);
}

/** What a state comes to, for counting. */
export function outcomeOf(state: Brief['state']): 'done' | 'open' | 'failed' {
  if (state === 'done') return 'done';
  return state === 'failed' || state === 'refused' ? 'failed' : 'open';
}

/** The newest push of each path: an earlier one that failed is well by now, or fails again. */
function latestOfPaths(briefs: readonly Brief[]): Brief[] {
  const latest = new Map<string, Brief>();
  for (const brief of briefs) {
    const other = latest.get(brief.path);
    if (!other || newestFirst(brief, other) < 0) latest.set(brief.path, brief);
  }
  return [...latest.values()];
}

function hoursOf(briefs: readonly Brief[], now: number): Hour[] {
  const last = Math.floor(now / HOUR_MS) * HOUR_MS;
  const hours = Array.from({ length: HOURS }, (_, index) => ({
    startsAt: last - (HOURS - 1 - index) * HOUR_MS,
    done: 0,
    open: 0,
    failed: 0,
  }));
  for (const { pushedAt, state } of briefs) {
    const hour = hours[HOURS - 1 - Math.floor((last + HOUR_MS - 1 - pushedAt) / HOUR_MS)];
    if (hour) hour[outcomeOf(state)] += 1;
  }
  return hours;
}

function p95(values: readonly number[]): number | null {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.ceil(sorted.length * 0.95) - 1] ?? null;
}
