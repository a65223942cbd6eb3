/**
 * When a path may publish again, and when a held tag is looked at again. Pure.
 */

/** Katello indexes all tags at each publish, so pushes of one path gather at least this long. */
const SHORTEST_PACE_MS = 10_000;

/** From so many paths that wait at one time, Katello is behind: then the fewest publishes win. */
const CROWD = 5;
/** In a crowd, a path that is pushed again gathers until it was left alone for so long… */
const QUIET_MS = 8_000;
/** …or has waited for so long. */
const LONGEST_GATHER_MS = 45_000;

const MINUTE_MS = 60_000;
/** Ages of a push at which what it lacks is looked for again; later it is a day each time. */
const LOOKS_MS = [MINUTE_MS, 5 * MINUTE_MS, 30 * MINUTE_MS];
const DAY_MS = 24 * 60 * MINUTE_MS;

/** Earliest time (epoch ms) of the next publish, given when this one ended and how long it took. */
export function nextPublish(endedAt: number, durationMs: number): number {
  return endedAt + Math.max(SHORTEST_PACE_MS, 2 * durationMs);
}

/** A push of a path, and who waits when it is seen. */
export interface Arrival {
  /** epoch ms */
  readonly seenAt: number;
  /** when a push of the path was seen before this one (epoch ms); null: none was, or long ago */
  readonly seenBefore: number | null;
  /** since when an earlier push of the path waits (epoch ms); null: none does */
  readonly waitingSince: number | null;
  /** paths that wait, this one included */
  readonly waitingPaths: number;
}

/**
 * Until when the path gathers further pushes (epoch ms) instead of publishing one that the next will follow; null for
 * the first push and while Katello keeps up, so that nobody waits who need not.
 */
export function gatherUntil({ seenAt, waitingSince, waitingPaths }: Arrival): number | null {
  if (waitingSince === null || waitingPaths < CROWD) return null;
  return Math.min(seenAt + QUIET_MS, waitingSince + LONGEST_GATHER_MS);
}

/** Whether the path lets those pass that were pushed once: it is pushed again and again, and many wait. */
export function stepsBack({ seenAt, seenBefore, waitingPaths }: Arrival): boolean {
  return waitingPaths >= CROWD && seenBefore !== null && seenAt - seenBefore < MINUTE_MS;
}

/** Time (epoch ms) of the next look at a push that holds something back. */
export function nextLook(pushedAt: number, now: number): number {
  const look = LOOKS_MS.find((age) => pushedAt + age > now);
  return look === undefined ? now + DAY_MS : pushedAt + look;
}
