/** A time during which looking fails: said once, tried again after growing pauses. */
import { ReactorError } from '../errors.ts';
import { errorFields } from '../log.ts';
import type { Log } from './deps.ts';

export interface Outage {
  /** Notes a failure and answers the pause before the next try, in milliseconds. */
  failed(error: unknown): number;
  /** Looking works. */
  over(): void;
}

const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 10_000;

/** @param now epoch milliseconds */
export function createOutage(log: Log, now: () => number): Outage {
  let since: number | null = null;
  let said: string | null = null;
  let pauseMs = 0;
  return {
    failed(error) {
      since ??= now();
      const kind = error instanceof ReactorError ? error.code : 'unknown';
      const needsPerson = !(error instanceof ReactorError) || error.disposition === 'give-up';
      const fields = { ...errorFields(error), since: new Date(since).toISOString() };
      if (kind !== said) log[needsPerson ? 'error' : 'warn']('looking for pushes fails', fields);
      said = kind;
      pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs === 0 ? FIRST_PAUSE_MS : pauseMs * 2);
      return pauseMs;
    },
    over() {
      if (since !== null) log.info('looking for pushes works again', { durationMs: now() - since });
      since = null;
      said = null;
      pauseMs = 0;
    },
  };
}
