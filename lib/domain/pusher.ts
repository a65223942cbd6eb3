/**
 * Who pushed a version, read off the pushes that were granted: the tokens themselves may name nobody. Pure.
 */

/** A login that was granted a push to a path, and when the last time (epoch milliseconds). */
export interface PushGrant {
  readonly login: string;
  readonly at: number;
}

/**
 * The only login that was granted a push since then; null for several, or for none at all.
 *
 * One push can make several versions, all but the first of them without another grant: where none came since, it is the
 * only login whose token may still have worked.
 *
 * @param since when the version before was seen, in epoch milliseconds
 * @param tokenMs how long a grant works
 */
export function findPusher(grants: readonly PushGrant[], since: number, tokenMs: number): string | null {
  const granted = grants.filter(({ at }) => at >= since);
  const [only, another] = granted.length > 0 ? granted : grants.filter(({ at }) => at + tokenMs >= since);
  return only && !another ? only.login : null;
}
