/**
 * `/api/v1/plan`: what the next run would do.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { PlanView } from '../../domain/plan-view.ts';
import { type CallerOf, requireSight } from '../access.ts';
import { RequestError } from '../answer.ts';
import { addRoute, NOTHING, type Operation } from '../operation.ts';
import { Plan } from '../shapes/plan.ts';

export interface PlanApi {
  /** null when nothing is pushed at the path */
  readonly plan: (path: string, signal: AbortSignal) => Promise<PlanView | null>;
}

const ANSWER_MS = 25_000;

const PLAN = {
  method: 'GET',
  path: 'plan',
  summary: 'What the next run of a path would do; writes nothing',
  caller: 'viewer',
  params: NOTHING,
  input: z.strictObject({ path: z.string() }),
  answer: Plan,
} as const satisfies Operation;

export const PLAN_OPERATIONS: readonly Operation[] = [PLAN];

export function addPlanRoutes(
  server: FastifyInstance,
  api: PlanApi & { readonly callerOf: CallerOf; readonly pathOf: (text: string) => string },
): void {
  addRoute(server, api.callerOf, PLAN, async ({ input, caller, signal }) => {
    const path = api.pathOf(input.path);
    const nothing = `nothing is pushed at ${path}`;
    requireSight(caller, path, nothing);
    const plan = await api.plan(path, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]));
    if (!plan) throw new RequestError(404, nothing);
    return plan;
  });
}
