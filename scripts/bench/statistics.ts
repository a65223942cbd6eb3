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
