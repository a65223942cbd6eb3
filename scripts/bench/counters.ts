/** The daemon's own counters, read from its metrics. */

export interface Counters {
  /** requests that it made to each system */
  readonly pulp: number;
  readonly katello: number;
  /** looks at Pulp's tasks, one request each where nothing happened */
  readonly looks: number;
  /** what those took */
  readonly lookSeconds: number;
  /** finished runs that found nothing to do */
  readonly unchanged: number;
}

export function parseCounters(text: string): Counters {
  const sum = (name: string, label = ''): number =>
    text
      .split('\n')
      .filter((line) => (line.startsWith(`${name}{`) || line.startsWith(`${name} `)) && line.includes(label))
      .reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
  return {
    pulp: sum('kpr_upstream_requests_total', 'system="pulp"'),
    katello: sum('kpr_upstream_requests_total', 'system="katello"'),
    looks: sum('kpr_poll_duration_seconds_count', 'feed="tasks"'),
    lookSeconds: sum('kpr_poll_duration_seconds_sum', 'feed="tasks"'),
    unchanged: sum('kpr_reconcile_total', 'outcome="unchanged"'),
  };
}

/** What was counted between two readings. */
export function between(before: Counters, after: Counters): Counters {
  return {
    pulp: after.pulp - before.pulp,
    katello: after.katello - before.katello,
    looks: after.looks - before.looks,
    lookSeconds: after.lookSeconds - before.lookSeconds,
    unchanged: after.unchanged - before.unchanged,
  };
}
