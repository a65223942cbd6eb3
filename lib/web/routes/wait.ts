/**
 * `/api/v1/wait`: answers once Katello and smart proxies serve what was pushed.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Arrival, Awaited } from '../../domain/arrival.ts';
import type { Ref } from '../../domain/path.ts';
import { RECEIPT_STATES } from '../../domain/receipt.ts';
import { type CallerOf, requireSight } from '../access.ts';
import { RequestError } from '../answer.ts';
import { addRoute, NOTHING, type Operation } from '../operation.ts';
import { MaybeProblem } from '../shapes/problem.ts';

export interface WaitApi {
  /** Answers when it is there, will not come, or the time is over. */
  readonly waitFor: (
    awaited: Awaited,
    timeoutMs: number,
    signal: AbortSignal,
  ) => Promise<Arrival | { readonly unknownProxy: string }>;
}

/** Web servers in between give up after a minute. */
const LONGEST_SECONDS = 30;
const MOST_PROXIES = 100;

const WAIT = {
  method: 'GET',
  path: 'wait',
  summary: 'Answer once Katello, and the named smart proxies, serve what was pushed, or when the time is over',
  caller: 'viewer',
  params: NOTHING,
  input: z.strictObject({
    ref: z.string().meta({ description: 'PATH[:tag][@digest]; without both: all of the newest push' }),
    proxy: z
      .union([z.string(), z.array(z.string()).max(MOST_PROXIES)])
      .optional()
      .meta({ description: 'name of a smart proxy; may be given again' }),
    timeoutSeconds: z.coerce.number().min(0).max(LONGEST_SECONDS).default(LONGEST_SECONDS),
  }),
  answer: z
    .object({
      path: z.string(),
      tag: z.string().nullable(),
      digest: z.string().nullable().meta({ description: 'what is waited for; null: not pushed yet, or all tags' }),
      isDone: z.boolean(),
      katello: z.object({ isServed: z.boolean() }),
      proxies: z.array(
        z.object({
          name: z.string(),
          outcome: z.enum(['served', 'skipped', 'failed', 'pending']),
          reason: z.string().nullable(),
        }),
      ),
      push: z
        .object({ id: z.string(), version: z.int(), state: z.enum(RECEIPT_STATES), stage: z.string().nullable() })
        .nullable(),
      message: z.string().meta({ description: 'what it waits for, in plain words' }),
      error: MaybeProblem.meta({ description: 'why it will not come by itself; null while it may' }),
    })
    .meta({ id: 'Arrival' }),
} as const satisfies Operation;

export const WAIT_OPERATIONS: readonly Operation[] = [WAIT];

export function addWaitRoutes(
  server: FastifyInstance,
  api: WaitApi & { readonly callerOf: CallerOf; readonly refOf: (text: string) => Ref },
): void {
  addRoute(server, api.callerOf, WAIT, async ({ input: { ref, proxy = [], timeoutSeconds }, caller, signal }) => {
    const { path, tag, digest } = api.refOf(ref);
    requireSight(caller, path, `nothing is pushed at ${path}`);
    const proxies = [...new Set([proxy].flat())];
    const arrival = await api.waitFor({ path, tag, digest, proxies }, timeoutSeconds * 1000, signal);
    if (!('unknownProxy' in arrival)) return arrival;
    throw new RequestError(404, `there is no smart proxy ${arrival.unknownProxy}`, 'kpr proxies status');
  });
}
