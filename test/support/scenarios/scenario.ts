/** A scenario in words: what `docs/scenarios.md` lists and what mocha shows. */
import type { WorldName } from '../pulp/state.ts';

export interface Scenario {
  /** words joined by `-`; also the name of its repository */
  readonly id: string;
  /** goes on behind the word: `given a published tag` */
  readonly given: string;
  /** `when another image is pushed to it` */
  readonly when: string;
  /** `then a pull gets that image`; what is called `then` looks like a promise */
  readonly outcome: string;
  /** worlds in which it can happen [both] */
  readonly worlds?: readonly WorldName[];
  /** true: on a real Pulp it is played in the long run only, because another scenario shows nearly the same [false] */
  readonly isLong?: boolean;
  /** true: what it does to Pulp cannot be done to a real one [false] */
  readonly isMemoryOnly?: boolean;
}

/** The scenario as the title of a test. */
export function titleOf({ id, given, when, outcome }: Scenario): string {
  return `${id}: given ${given}, when ${when}, then ${outcome}`;
}
