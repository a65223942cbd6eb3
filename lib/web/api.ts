/**
 * `/api/v1`: what the command line and programs ask of a daemon.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type Caller, mayChange } from '../domain/caller.ts';
import { parseRef } from '../domain/path.ts';
import type { PlanView } from '../domain/plan-view.ts';
import type { Receipt, ReceiptState } from '../domain/receipt.ts';
import { type CallerOf, isSeen, requireChange, requireChangeAll, requireOperator, requireSight } from './access.ts';
import { RequestError } from './answer.ts';
import { read } from './read.ts';
import type { QueueStatus, Status } from './status.ts';

interface PushQuery {
  readonly limit: number;
  readonly cursor: string | undefined;
  readonly state: ReceiptState | undefined;
  readonly path: string | undefined;
  readonly since: Date | undefined;
  /** paths that the caller may see */
  readonly isSeen: (path: string) => boolean;
}

export interface ApiDeps {
  readonly readStatus: () => Promise<Status>;
  readonly listPushes: (query: PushQuery) => Promise<{ items: readonly Receipt[]; next: string | null }>;
  readonly findPush: (id: string) => Promise<Receipt | null>;
  /** null when nothing is pushed at the path */
  readonly plan: (path: string, signal: AbortSignal) => Promise<PlanView | null>;
  /** every path that was pushed to */
  readonly listPaths: (signal: AbortSignal) => Promise<readonly string[]>;
  /** queues it as the next one */
  readonly promote: (path: string) => Promise<void>;
  /** forgets the path's pins */
  readonly unpin: (path: string, signal: AbortSignal) => Promise<void>;
  readonly listQueues: () => Promise<readonly QueueStatus[]>;
  /** state of the path's job, or null when it has none */
  readonly findJobState: (path: string) => Promise<string | null>;
  /** reserved first segment, which people may type or leave out */
  readonly prefix: string;
}

const MOST_ITEMS = 500;
const MOST_PATHS = 1000;
const PLAN_MS = 25_000;

const Time = z.iso.datetime({ offset: true }).transform((text) => new Date(text));
const PushListQuery = z.strictObject({
  limit: z.coerce.number().int().min(1).max(MOST_ITEMS).default(50),
  cursor: z.string().max(300).optional(),
  state: z.enum(['queued', 'running', 'waiting', 'done', 'failed', 'refused']).optional(),
  path: z.string().optional(),
  since: Time.optional(),
});
const PathQuery = z.strictObject({ path: z.string() });
const PushParams = z.object({ id: z.string() });
const ReprocessBody = z
  .strictObject({
    paths: z.array(z.string()).max(MOST_PATHS).optional(),
    all: z.boolean().optional(),
    since: Time.optional(),
    unpin: z.boolean().default(false),
    dryRun: z.boolean().default(false),
  })
  .refine(({ paths, all, since }) => [paths, all, since].filter(Boolean).length === 1, 'give one of paths, all, since');

/** Adds the routes to a server that knows who asks. */
export function addApiRoutes(server: FastifyInstance, deps: ApiDeps & { readonly callerOf: CallerOf }): void {
  const { callerOf } = deps;
  const pathOf = (text: string) => parseRef(text, deps.prefix).path;

  server.get('/api/v1/status', async (request) => {
    const caller = callerOf(request);
    const { alarms, ...status } = await deps.readStatus();
    return { ...status, alarms: alarms?.filter(({ path }) => path === null || isSeen(caller, path)) ?? null };
  });

  server.get('/api/v1/pushes', async (request) => {
    const { limit, cursor, state, path, since } = read(PushListQuery, request.query);
    const caller = callerOf(request);
    return deps.listPushes({
      limit,
      cursor,
      state,
      since,
      path: path === undefined ? undefined : pathOf(path),
      isSeen: (pushed) => isSeen(caller, pushed),
    });
  });

  server.get('/api/v1/pushes/:id', async (request) => {
    const receipt = await deps.findPush(read(PushParams, request.params).id);
    if (!receipt || !isSeen(callerOf(request), receipt.path)) throw new RequestError(404, 'no such push');
    return receipt;
  });

  server.get('/api/v1/plan', async (request) => {
    const path = pathOf(read(PathQuery, request.query).path);
    requireSight(callerOf(request), path, nothingAt(path));
    const plan = await deps.plan(path, AbortSignal.timeout(PLAN_MS));
    if (!plan) throw new RequestError(404, nothingAt(path));
    return plan;
  });

  server.get('/api/v1/queues', async (request) => {
    const caller = callerOf(request);
    const { path: text } = read(PathQuery.partial(), request.query);
    if (text === undefined) return { items: await deps.listQueues() };
    const path = pathOf(text);
    requireSight(caller, path, nothingAt(path));
    return { path, state: await deps.findJobState(path) };
  });

  server.post('/api/v1/reprocess', async (request, reply) => {
    const caller = callerOf(request);
    requireOperator(caller);
    const { paths, since, unpin, dryRun } = read(ReprocessBody, request.body);
    const signal = AbortSignal.timeout(PLAN_MS);
    const named = paths?.map(pathOf);
    for (const path of named ?? []) requireChange(caller, path);
    if (!named && !since) requireChangeAll(caller);
    const chosen = named ?? (since ? await listSince(deps, caller, since) : await deps.listPaths(signal));
    for (const path of dryRun ? [] : chosen) {
      if (unpin) await deps.unpin(path, signal);
      await deps.promote(path);
    }
    return reply.status(202).send({ paths: chosen, dryRun });
  });
}

function nothingAt(path: string): string {
  return `nothing is pushed at ${path}`;
}

/** Paths pushed to since then that the caller may change. */
async function listSince({ listPushes }: ApiDeps, caller: Caller, since: Date): Promise<string[]> {
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
