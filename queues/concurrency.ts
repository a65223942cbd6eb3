/**
 * How many paths to work on at once. Katello is the bottleneck: beyond a point, more at once only take longer each, and
 * paths that wait their turn gather further pushes meanwhile. Pure.
 */

export interface Concurrency {
  readonly level: number;
  /** publishes a second before the last raise, while that raise is on trial */
  readonly rateBefore: number | null;
  /** windows to wait before another raise */
  readonly rest: number;
}

/** What was seen in one window of time. */
export interface Sample {
  readonly published: number;
  readonly seconds: number;
  /** jobs that waited for a worker at the end of the window */
  readonly waiting: number;
}

const START = 2;
/** A raise stays if it brought this much more. */
const GAIN = 1.1;
const REST_WINDOWS = 10;

export function startConcurrency(ceiling: number): Concurrency {
  return { level: Math.min(START, ceiling), rateBefore: null, rest: 0 };
}

/** The level for the next window. Only a window at whose end somebody waited tells anything. */
export function adaptConcurrency(now: Concurrency, sample: Sample, ceiling: number): Concurrency {
  if (sample.waiting === 0) return { ...now, rateBefore: null, rest: Math.max(now.rest - 1, 0) };

  const rate = sample.published / sample.seconds;
  if (now.rateBefore !== null && rate < now.rateBefore * GAIN) {
    return { level: Math.max(now.level - 1, 1), rateBefore: null, rest: REST_WINDOWS };
  }
  if (now.rest > 0) return { ...now, rest: now.rest - 1 };
  if (now.level >= ceiling || rate === 0) return { ...now, rateBefore: null };
  return { level: now.level + 1, rateBefore: rate, rest: 0 };
}
