/**
 * When a path may publish again, and when a held tag is looked at again. Pure.
 */

/** Katello indexes all tags at each publish, so pushes of one path gather at least this long. */
const SHORTEST_PACE_MS = 10_000;

const MINUTE_MS = 60_000;
/** Ages of a push at which what it lacks is looked for again; later it is a day each time. */
const LOOKS_MS = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS];
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Earliest time (epoch ms) of the next publish, given when this one ended and how long it took. */
export function nextPublish(endedAt: number, durationMs: number): number {
  return endedAt + Math.max(SHORTEST_PACE_MS, 2 * durationMs);
}

/** Time (epoch ms) of the next look at a push that holds something back. */
export function nextLook(pushedAt: number, now: number): number {
  const look = LOOKS_MS.find((age) => pushedAt + age > now);
  return look === undefined ? now + DAY_MS : pushedAt + look;
}
