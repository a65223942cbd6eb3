/** Chance that can be had again: the same seed gives the same numbers. */

export interface Random {
  readonly seed: number;
  /** at least 0, below 1 */
  next(): number;
  /** True at this rate: 0 never, 1 always. */
  happens(rate: number): boolean;
  pick<T>(choices: readonly T[]): T;
  /** So many of them, each once, in any order; all of them if there are no more. */
  some<T>(count: number, choices: readonly T[]): T[];
}

/** The generator mulberry32: 32 bits of state, good enough to spread faults. */
export function createRandom(seed: number): Random {
  let state = seed >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    seed,
    next,
    happens: (rate) => next() < rate,
    pick(choices) {
      const choice = choices[Math.floor(next() * choices.length)];
      if (choice === undefined) throw new Error('nothing to pick from');
      return choice;
    },
    some: (count, choices) =>
      choices
        .map((choice) => ({ choice, rank: next() }))
        .toSorted((a, b) => a.rank - b.rank)
        .slice(0, count)
        .map(({ choice }) => choice),
  };
}
