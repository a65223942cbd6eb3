/** What runs cost the servers, as the speed of the reactor is measured: requests, without asking whether tasks have ended. */
import type { LabOnPulp, SeenCall } from './lab.ts';

export interface CallCounts {
  readonly pulp: number;
  readonly katello: number;
}

/** Counts the calls that the lab has seen since they were emptied. */
export function countCalls({ calls }: Pick<LabOnPulp, 'calls'>): CallCounts {
  const count = (seen: readonly SeenCall[]): number => seen.filter((call) => !isPoll(call)).length;
  return { pulp: count(calls.pulp), katello: count(calls.katello) };
}

function isPoll({ method, url }: SeenCall): boolean {
  return method === 'GET' && /\/tasks(\/[0-9a-f-]{36}|\?search=)/.test(url);
}
