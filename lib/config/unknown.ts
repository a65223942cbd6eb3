/**
 * Finds misspelt variables: every KPR_… name must be one that exists.
 */
import { SECRET_NAMES, VARIABLE_NAMES } from './variables.ts';

/** A line for each unknown name, with the name that was probably meant. */
export function findUnknown(env: Readonly<Record<string, string | undefined>>): string[] {
  const known = [...VARIABLE_NAMES, ...SECRET_NAMES.map((name) => `${name}_FILE`)];
  return Object.keys(env)
    .filter((name) => name.startsWith('KPR_') && !known.includes(name))
    .map((name) => {
      const meant = nearest(name, known);
      return `${name}: is unknown${meant ? `, did you mean ${meant}?` : ''}`;
    });
}

function nearest(name: string, known: readonly string[]): string | null {
  const [best] = known
    .map((other) => ({ other, distance: distance(name, other) }))
    .toSorted((a, b) => a.distance - b.distance);
  return best && best.distance <= name.length / 3 ? best.other : null;
}

/** Levenshtein's distance: how many letters to add, drop or change. */
function distance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (const [i, letter] of a.split('').entries()) {
    const next = [i + 1];
    for (const [j, other] of b.split('').entries()) {
      const change = (row[j] ?? 0) + (letter === other ? 0 : 1);
      next.push(Math.min(change, (row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
