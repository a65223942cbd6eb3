/** What a bench measured, as it is printed and stored. */
import { z } from 'zod';

/** One measured value. Every target is an upper bound. */
export const Figure = z.object({
  /** the bench that measured it */
  bench: z.string(),
  name: z.string(),
  value: z.number(),
  unit: z.enum(['s', 'ms', 'MB', '%', '×', '']),
  /** null: no target, a value to know */
  target: z.number().nullable(),
});
export type Figure = Readonly<z.infer<typeof Figure>>;

export const Machine = z.object({
  cpu: z.string(),
  cores: z.number(),
  memoryMb: z.number(),
  node: z.string(),
});
export type Machine = Readonly<z.infer<typeof Machine>>;

/** One run of the benches. */
export const Report = z.object({
  schemaVersion: z.literal(1),
  /** ISO 8601, UTC */
  startedAt: z.string(),
  world: z.enum(['a', 'b']),
  katello: z.enum(['real', 'fast']).default('real'),
  machine: Machine,
  /** load average over one minute when each bench began, by its name: above the number of cores, others were at work */
  load: z.record(z.string(), z.number()),
  figures: z.array(Figure),
});
export type Report = Readonly<z.infer<typeof Report>>;

export type Verdict = 'met' | 'missed' | '';

/** Whether the value keeps to its target; empty where there is none. */
export function judge({ value, target }: Pick<Figure, 'value' | 'target'>): Verdict {
  if (target === null) return '';
  return value <= target ? 'met' : 'missed';
}

/** The figure of an earlier run that this one compares with, or null. */
export function findEarlier(earlier: Report | null, { bench, name, unit }: Figure): Figure | null {
  return earlier?.figures.find((one) => one.bench === bench && one.name === name && one.unit === unit) ?? null;
}

/** Why two runs cannot be compared, or null if they can. */
export function findDifference(now: Report, earlier: Report): string | null {
  if (now.world !== earlier.world) return `it ran against world ${earlier.world}`;
  if (now.katello !== earlier.katello) return `its Katello was ${earlier.katello}`;
  const { cpu, cores, memoryMb } = earlier.machine;
  const isSame = cpu === now.machine.cpu && cores === now.machine.cores && memoryMb === now.machine.memoryMb;
  return isSame ? null : `it ran on another machine: ${cores} cores (${cpu}), ${memoryMb} MB`;
}
