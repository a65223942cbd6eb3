/** What every bench is. */
import type { Lab } from './lab.ts';
import type { Figure } from './report.ts';

/** Measures on a world that is its own while it runs. */
export type Bench = (lab: Lab, say: (line: string) => void) => Promise<Omit<Figure, 'bench'>[]>;

/** Builds a figure; without a target it is a value to know. */
export function figure(name: string, value: number, unit: Figure['unit'], target?: number): Omit<Figure, 'bench'> {
  const digits = unit === 's' || unit === '×' ? 2 : 1;
  return { name, value: Number(value.toFixed(digits)), unit, target: target ?? null };
}
