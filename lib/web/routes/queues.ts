/**
 * `/api/v1/queues`: what they hold, and what a person does to one.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type CallerOf, requireChangeAll, requireSight } from '../access.ts';
import { RequestError } from '../answer.ts';
import { addRoute, NOTHING, type Operation } from '../operation.ts';
import { Queue } from '../shapes/status.ts';
import type { QueueStatus } from '../status.ts';

const ACTIONS = ['pause', 'resume', 'drain', 'retry'] as const;

interface Change {
  readonly queue: string;
  readonly action: (typeof ACTIONS)[number];
  readonly login: string | null;
  readonly dryRun: boolean;
}

export interface QueueApi {
  /** names of the queues */
  readonly names: readonly string[];
  readonly listQueues: () => Promise<readonly QueueStatus[]>;
  /** state of the path's job, or null when it has none */
  readonly findJobState: (path: string) => Promise<string | null>;
  /** `jobs`: how many were dropped, or are tried again; none is in a dry run */
  readonly change: (change: Change) => Promise<{ readonly isPaused: boolean; readonly jobs: number }>;
  /** paths whose job failed */
  readonly listFailedPaths: () => Promise<readonly string[]>;
  /** queues a path whose job failed as the next one */
  readonly retry: (path: string) => Promise<void>;
}

const MOST_PATHS = 1000;

const LIST = {
  method: 'GET',
  path: 'queues',
  summary: 'The queues, or where the job of one path is',
  caller: 'viewer',
  params: NOTHING,
  input: z.strictObject({ path: z.string().optional() }),
  answer: z.union([
    z.object({ items: z.array(Queue), next: z.null() }),
    z.object({
      path: z.string(),
      state: z.string().nullable().meta({ description: 'of its job in the queue reconcile; null: it has none' }),
    }),
  ]),
} as const satisfies Operation;

const CHANGE = {
  method: 'POST',
  path: 'queues/:queue/:action',
  summary: 'Pause, resume or drain a queue, or retry what failed in it',
  caller: 'administrator',
  params: z.object({ queue: z.string(), action: z.enum(ACTIONS) }),
  input: z.strictObject({
    paths: z.array(z.string()).min(1).max(MOST_PATHS).optional().meta({ description: 'retry, queue reconcile: these' }),
    failed: z.literal(true).optional().meta({ description: 'retry: all that failed' }),
    dryRun: z.boolean().default(false),
  }),
  answer: z.object({
    queue: z.string(),
    action: z.enum(ACTIONS),
    isPaused: z.boolean(),
    jobs: z.int().meta({ description: 'how many are dropped or tried again' }),
    paths: z.array(z.string()),
    dryRun: z.boolean(),
  }),
} as const satisfies Operation;

export const QUEUE_OPERATIONS: readonly Operation[] = [LIST, CHANGE];

export function addQueueRoutes(
  server: FastifyInstance,
  api: QueueApi & { readonly callerOf: CallerOf; readonly pathOf: (text: string) => string },
): void {
  addRoute(server, api.callerOf, LIST, async ({ input, caller }) => {
    if (input.path === undefined) return { items: await api.listQueues(), next: null };
    const path = api.pathOf(input.path);
    requireSight(caller, path, `nothing is pushed at ${path}`);
    return { path, state: await api.findJobState(path) };
  });

  addRoute(server, api.callerOf, CHANGE, async ({ params: { queue, action }, input, caller }) => {
    requireChangeAll(caller);
    if (!api.names.includes(queue)) throw new RequestError(404, `there is no queue ${queue}`, api.names.join(', '));
    const { dryRun } = input;
    const given = [input.paths, input.failed].filter((value) => value !== undefined).length;
    if (given !== (action === 'retry' ? 1 : 0)) {
      throw new RequestError(400, 'retry wants paths or failed, and nothing else takes them');
    }
    if (input.paths && queue !== 'reconcile') throw new RequestError(400, 'paths: are those of the queue reconcile');

    const failed = action === 'retry' && queue === 'reconcile' ? await api.listFailedPaths() : [];
    if (!input.paths) {
      const changed = await api.change({ queue, action, login: caller.login, dryRun });
      return { queue, action, ...changed, paths: failed, dryRun };
    }
    const paths = input.paths.map(api.pathOf);
    const stranger = paths.find((path) => !failed.includes(path));
    if (stranger !== undefined)
      throw new RequestError(404, `no run of ${stranger} has failed`, `kpr status ${stranger}`);
    for (const path of dryRun ? [] : paths) await api.retry(path);
    const isPaused = (await api.listQueues()).some((one) => one.queue === queue && one.isPaused);
    return { queue, action, isPaused, jobs: paths.length, paths, dryRun };
  });
}
