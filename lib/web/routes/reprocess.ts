/**
 * `/api/v1/reprocess`: queues paths now.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Caller, mayChange } from '../../domain/caller.ts';
import { type CallerOf, isSeen, requireChange, requireChangeAll, requireOperator } from '../access.ts';
import { addRoute, NOTHING, type Operation } from '../operation.ts';
import { MOST_ITEMS } from '../shapes/page.ts';
import { GivenTime } from '../shapes/time.ts';
import type { PushApi } from './pushes.ts';

export interface ReprocessApi extends Pick<PushApi, 'listPushes'> {
  /** every path that was pushed to */
  readonly listPaths: (signal: AbortSignal) => Promise<readonly string[]>;
  /** queues it as the next one */
  readonly promote: (path: string) => Promise<void>;
  /** forgets the path's pins */
  readonly unpin: (path: string, signal: AbortSignal) => Promise<void>;
}

const MOST_PATHS = 1000;
const ANSWER_MS = 25_000;

const REPROCESS = {
  method: 'POST',
  path: 'reprocess',
  summary: 'Queue paths now, before all others',
  caller: 'operator',
  params: NOTHING,
  input: z
    .strictObject({
      paths: z.array(z.string()).max(MOST_PATHS).optional(),
      all: z.boolean().optional().meta({ description: 'every path; for administrators' }),
      since: GivenTime.optional().meta({ description: 'paths pushed to since' }),
      unpin: z.boolean().default(false).meta({ description: 'drop pins first' }),
      dryRun: z.boolean().default(false),
    })
    .refine(
      ({ paths, all, since }) => [paths, all, since].filter(Boolean).length === 1,
      'give one of paths, all, since',
    ),
  answer: z.object({ paths: z.array(z.string()), dryRun: z.boolean() }),
} as const satisfies Operation;

export const REPROCESS_OPERATIONS: readonly Operation[] = [REPROCESS];

export function addReprocessRoutes(
  server: FastifyInstance,
  api: ReprocessApi & { readonly callerOf: CallerOf; readonly pathOf: (text: string) => string },
): void {
  addRoute(server, api.callerOf, REPROCESS, async ({ input, caller }) => {
    requireOperator(caller);
    const { paths, since, unpin, dryRun } = input;
    const signal = AbortSignal.timeout(ANSWER_MS);
    const named = paths?.map(api.pathOf);
    for (const path of named ?? []) requireChange(caller, path);
    if (!named && !since) requireChangeAll(caller);
    const chosen = named ?? (since ? await listSince(api, caller, since) : await api.listPaths(signal));
    for (const path of dryRun ? [] : chosen) {
      if (unpin) await api.unpin(path, signal);
      await api.promote(path);
    }
    return { paths: chosen, dryRun };
  });
}

/** Paths pushed to since then that the caller may change. */
async function listSince({ listPushes }: Pick<PushApi, 'listPushes'>, caller: Caller, since: Date): Promise<string[]> {
  const all = { limit: MOST_ITEMS, since, state: undefined, path: undefined };
  const isOwn = (path: string) => isSeen(caller, path) && mayChange(caller, path);
  const paths = new Set<string>();
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await listPushes({ ...all, cursor, isSeen: isOwn });
    for (const { path } of page.items) paths.add(path);
    cursor = page.next;
  }
  return [...paths];
}
