/**
 * The state of a daemon, as `kpr status` shows it.
 */
import type { Alarm } from '../domain/alarm.ts';
import type { Readiness, Role, UpstreamFacts } from './readiness.ts';

export interface Status extends Readiness {
  readonly version: string;
  readonly startedAt: Date;
  readonly roles: readonly Role[];
  readonly redis: 'given' | 'embedded';
  readonly policy: string;
  /** age of the oldest push that is not published; 0 when there is none; null while Redis is away */
  readonly lagSeconds: number | null;
  readonly failedPaths: number | null;
  readonly concurrency: { readonly level: number; readonly ceiling: number };
  readonly upstreams: Readonly<Record<'pulp' | 'katello', UpstreamFacts & { readonly version: string | null }>>;
  readonly queues: readonly QueueStatus[] | null;
  /** what a person has to look at, the oldest first */
  readonly alarms: readonly Alarm[] | null;
}

export interface QueueStatus {
  readonly queue: string;
  readonly states: Readonly<Record<string, number>>;
  readonly oldestSeconds: number;
  readonly isPaused: boolean;
  /** login; null where nobody is known */
  readonly pausedBy: string | null;
}

/** With times as text. */
export function toWire({ startedAt, upstreams, ...status }: Status) {
  const timed = <T extends { readonly since: Date }>(upstream: T) => ({
    ...upstream,
    since: upstream.since.toISOString(),
  });
  return {
    ...status,
    startedAt: startedAt.toISOString(),
    upstreams: { pulp: timed(upstreams.pulp), katello: timed(upstreams.katello) },
  };
}
