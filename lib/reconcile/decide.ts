/** Reads both sides of a push path and decides; writes nothing. */
import { type Plan, planPath } from '../domain/plan.ts';
import type { ReconcileDeps } from './deps.ts';
import { type Observed, observe, observeServed } from './observe.ts';
import type { Resolved } from './resolve.ts';

/** What was read, and what is to be done about it. */
export interface Decided {
  readonly observed: Observed;
  readonly plan: Plan;
}

/**
 * Null when the push repository went away.
 *
 * @throws as `observe` and `observeServed`
 */
export async function decide(deps: ReconcileDeps, resolved: Resolved, signal?: AbortSignal): Promise<Decided | null> {
  const observed = await observe(deps, resolved, signal);
  if (!observed) return null;

  const plan = makePlan(deps, observed);
  const isReadBack = observed.claim !== null && plan.actions.some(({ kind }) => kind === 'publish');
  if (isReadBack) return { observed, plan };

  const whole = await observeServed(deps, resolved, observed, signal);
  return { observed: whole, plan: makePlan(deps, whole) };
}

function makePlan({ settings }: ReconcileDeps, { pushed, target, claim, pins }: Observed): Plan {
  return planPath(pushed, target, claim, pins, settings.policy);
}
