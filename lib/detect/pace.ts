/** How soon to look again: often for a while after something stirred, then slower and slower. */

export interface PaceOptions {
  readonly activeMs: number;
  readonly idleMs: number;
  /** epoch milliseconds */
  readonly now: () => number;
}

export interface Pace {
  /** A hint or a push came. */
  stir(): void;
  /** Time until the next look, in milliseconds. */
  nextGapMs(): number;
}

/** A push takes its time after its token was asked for. */
const ACTIVE_FOR_MS = 60_000;

export function createPace({ activeMs, idleMs, now }: PaceOptions): Pace {
  let activeUntil = 0;
  let gapMs = idleMs;
  return {
    stir() {
      activeUntil = now() + ACTIVE_FOR_MS;
    },
    nextGapMs() {
      gapMs = now() < activeUntil ? activeMs : Math.min(idleMs, gapMs * 2);
      return gapMs;
    },
  };
}
