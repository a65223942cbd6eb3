/**
 * Times as people write them: `2h`, `30m`, `1d`, or ISO 8601. Pure.
 */
import { CliError, EXIT } from './exit.ts';

const UNITS_MS = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 } as const;

/** The time as ISO 8601 in UTC. @throws CliError usage */
export function parseSince(text: string, now: number): string {
  const [, amount, unit] = /^(\d{1,6})([smhd])$/.exec(text) ?? [];
  if (amount !== undefined && isUnit(unit)) return new Date(now - Number(amount) * UNITS_MS[unit]).toISOString();
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new CliError(EXIT.usage, 'usage', `--since ${text}: must be such as 2h, or a time in ISO 8601`);
  return new Date(time).toISOString();
}

function isUnit(text: string | undefined): text is keyof typeof UNITS_MS {
  return text !== undefined && Object.hasOwn(UNITS_MS, text);
}
