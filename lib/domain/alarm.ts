/**
 * What a person has to look at, day or night, as long as it lasts.
 */
import { type AlarmReason, type Details, describeReason } from './reason.ts';

/** Who raises it: a run of the path, the watch for late pushes, the sweep of orphans. */
export type AlarmSource = 'run' | 'overdue' | 'orphans';

export interface Alarm {
  readonly alarm: AlarmReason;
  readonly source: AlarmSource;
  /** push path; null where it concerns all */
  readonly path: string | null;
  /** ISO 8601, UTC */
  readonly since: string;
  readonly message: string;
  readonly hint: string | null;
}

/** An alarm that begins now. */
export function createAlarm(
  { source, path }: Pick<Alarm, 'source' | 'path'>,
  { alarm, details }: { readonly alarm: AlarmReason; readonly details: Details },
  now: number,
): Alarm {
  return { alarm, source, path, since: new Date(now).toISOString(), ...describeReason(alarm, details) };
}

/** How many there are of each kind; kinds without one are absent. */
export function countAlarms(alarms: readonly Alarm[]): Partial<Record<AlarmReason, number>> {
  const counts: Partial<Record<AlarmReason, number>> = {};
  for (const { alarm } of alarms) counts[alarm] = (counts[alarm] ?? 0) + 1;
  return counts;
}
