/**
 * `/api/v1/explain`: a push path in plain words.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Explanation, TOPICS } from '../../domain/explanation.ts';
import { type CallerOf, requireSight } from '../access.ts';
import { addRoute, NOTHING, type Operation } from '../operation.ts';
import { KatelloIds } from '../shapes/receipt.ts';

export interface ExplainApi {
  readonly explain: (path: string, signal: AbortSignal) => Promise<Explanation>;
}

const ANSWER_MS = 25_000;

const EXPLAIN = {
  method: 'GET',
  path: 'explain',
  summary: 'Where a path goes, what stands in its way, and what comes next; writes nothing',
  caller: 'viewer',
  params: NOTHING,
  input: z.strictObject({ path: z.string() }),
  answer: z
    .object({
      path: z.string(),
      pulpName: z.string().meta({ description: 'of the push repository in Pulp' }),
      katello: KatelloIds,
      points: z.array(
        z.object({
          topic: z.enum(TOPICS),
          message: z.string(),
          reason: z.string().nullable().meta({ description: 'where it stands in the way' }),
          hint: z.string().nullable(),
        }),
      ),
    })
    .meta({ id: 'Explanation' }),
} as const satisfies Operation;

export const EXPLAIN_OPERATIONS: readonly Operation[] = [EXPLAIN];

export function addExplainRoutes(
  server: FastifyInstance,
  api: ExplainApi & { readonly callerOf: CallerOf; readonly pathOf: (text: string) => string },
): void {
  addRoute(server, api.callerOf, EXPLAIN, async ({ input, caller, signal }) => {
    const path = api.pathOf(input.path);
    requireSight(caller, path, `nothing is known of ${path}`);
    return api.explain(path, AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]));
  });
}
