/** What an import's task shows of its uploads. */
import { randomUUID } from 'node:crypto';
import type { PulpTask } from '../pulp/shapes.ts';
import type { Traits } from '../traits.ts';

/** Before they are known: references into the plan, as Dynflow prints them. */
export function pendingResults(count: number): Record<string, unknown>[] {
  const plan = randomUUID();
  return Array.from({ length: count }, (_none, at) => ({
    class: 'Dynflow::ExecutionPlan::OutputReference',
    execution_plan_id: plan,
    step_id: 5 + 6 * at,
    action_id: 2 + 4 * at,
    subkeys: [],
  }));
}

export function tagResult(task: PulpTask, traits: Traits): Record<string, unknown> {
  const keys = traits.savesPrns ? NEW_KEYS : OLD_KEYS;
  const shown = Object.fromEntries(
    keys.map((key) => [key, TIMES.has(key) ? printPulpTime(task[key], traits) : (task[key] ?? null)]),
  );
  return { pulp_tasks: [shown], content_unit_href: null };
}

export function unitResult(href: string): Record<string, unknown> {
  return { pulp_tasks: null, content_unit_href: href };
}

const OLD_KEYS = [
  'pulp_href',
  'pulp_created',
  'pulp_last_updated',
  'state',
  'name',
  'logging_cid',
  'created_by',
  'unblocked_at',
  'started_at',
  'finished_at',
  'child_tasks',
  'progress_reports',
  'created_resources',
  'reserved_resources_record',
] as const;
const NEW_KEYS = [...OLD_KEYS, 'prn', 'worker', 'result'] as const;
const TIMES = new Set<string>(['pulp_created', 'pulp_last_updated', 'unblocked_at', 'started_at', 'finished_at']);

/** Milliseconds only; the older client library printed an offset where the newer one prints `Z`. */
function printPulpTime(value: unknown, traits: Traits): unknown {
  if (typeof value !== 'string') return value ?? null;
  const instant = new Date(value).toISOString();
  return traits.savesPrns ? instant : instant.replace('Z', '+00:00');
}
