/**
 * The checker: whether what people pulled of one tag can have come from what was pushed to it. It knows nothing of how
 * either came about.
 */

/** One thing that happened to a tag. A push stands where it began: from then on it may be pulled. */
export interface Entry {
  readonly kind: 'pushed' | 'pulled';
  /** null: the push took the tag away; the pull found no such tag */
  readonly digest: string | null;
}

/**
 * Pulls have to be a subsequence of the pushes, in their order, of which none lies in the future, and have to end in the
 * last push. Before the first push there is no tag; a push may be skipped, and may repeat what an earlier one brought.
 *
 * @param entries of one tag, oldest first
 * @returns what contradicts that, a line each
 */
export function findContradictions(entries: readonly Entry[]): string[] {
  /** number 0 is the time before the first push */
  const pushes: (string | null)[] = [null];
  const found: string[] = [];
  let shown = 0;
  let last: string | null = null;

  for (const { kind, digest } of entries) {
    if (kind === 'pushed') {
      pushes.push(digest);
      continue;
    }
    last = digest;
    // the earliest push leaves the most room for what comes behind
    const next = pushes.indexOf(digest, shown);
    if (next >= 0) shown = next;
    else found.push(describe(pushes, shown, digest));
  }
  if (last !== pushes.at(-1)) found.push(`ends in ${nameOf(last)} instead of ${nameOf(pushes.at(-1) ?? null)}`);
  return found;
}

function describe(pushes: readonly (string | null)[], shown: number, digest: string | null): string {
  if (digest === null) return `vanished after push ${shown}, though no push took it away`;
  const earlier = pushes.lastIndexOf(digest);
  return earlier < 0
    ? `showed ${digest} after push ${shown}, which nobody had pushed`
    : `went back from push ${shown} to push ${earlier}`;
}

function nameOf(digest: string | null): string {
  return digest ?? 'no tag';
}
