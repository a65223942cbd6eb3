/** Order statistics of few samples. Pure. */

/** The smallest value that at least this share of all values does not exceed (nearest rank). @throws RangeError without values */
export function percentile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const value = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
  if (value === undefined) throw new RangeError('there is no percentile of nothing');
  return value;
}

export function median(values: readonly number[]): number {
  return percentile(values, 0.5);
}

/** Start and end of something, in one unit. */
export type Interval = readonly [start: number, end: number];

/** What of an interval lies within another; empty at its end where nothing does. */
export function clip([start, end]: Interval, [from, to]: Interval): Interval {
  const clipped = Math.min(Math.max(start, from), to);
  return [clipped, Math.max(clipped, Math.min(end, to))];
}

/** How long at least one of the intervals went on. */
export function lengthOfUnion(intervals: readonly Interval[]): number {
  let length = 0;
  let until = Number.NEGATIVE_INFINITY;
  for (const [start, end] of intervals.toSorted((a, b) => a[0] - b[0])) {
    length += Math.max(0, end - Math.max(start, until));
    until = Math.max(until, end);
  }
  return length;
}
