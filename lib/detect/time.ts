/**
 * Times as Pulp writes them: UTC with six digits, or none at all on a full second, so that texts do not sort. Only such
 * times decide what the detector reads next, never the clock of this machine.
 */

const TIME = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?Z$/;

/** Microseconds since 1970; NaN for anything else, which is neither before nor after any time. */
export function microsOf(time: string): number {
  const [, seconds = '', fraction = ''] = TIME.exec(time) ?? [];
  return Date.parse(`${seconds}Z`) * 1000 + Number(fraction.padEnd(6, '0'));
}

/** The time so many milliseconds earlier, rounded down to a full one. */
export function earlier(time: string, ms: number): string {
  return new Date(Math.floor(microsOf(time) / 1000) - ms).toISOString();
}
