/**
 * `/api/v1/orphans`: push repositories whose Katello repository is gone, and what a person decides about them.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../domain/caller.ts';
import { ORPHAN_STATES } from '../domain/orphan.ts';
import type { OrphanView } from '../domain/orphan-view.ts';
import { parseRef } from '../domain/path.ts';
import { type CallerOf, isSeen, requireChange, requireChangeAll, requireOperator } from './access.ts';
import { type Problem, RequestError } from './answer.ts';
import { read } from './read.ts';
import { cutPage, PageQuery } from './shapes/page.ts';

/** Orphans that are named, or all. */
type Chosen = { readonly paths: readonly string[] } | { readonly all: true };

interface Order {
  readonly chosen: Chosen;
  readonly dryRun: boolean;
}

/** What was ordered; where `missing` or `refused` hold something, nothing was. */
interface Ordered {
  readonly items: readonly object[];
  /** paths that are no orphans */
  readonly missing: readonly string[];
  readonly refused: readonly Refusal[];
}

interface Refusal {
  readonly path: string;
  readonly reason: string;
  readonly message: string;
  readonly hint: string | null;
}

export interface OrphanApi {
  readonly listOrphans: (signal: AbortSignal) => Promise<readonly OrphanView[]>;
  /** `limit` undefined: the configured one */
  readonly deleteOrphans: (
    order: Order & { readonly limit: number | undefined; readonly unproven: boolean },
    signal: AbortSignal,
  ) => Promise<Ordered>;
  readonly keepOrphans: (order: Order, signal: AbortSignal) => Promise<Ordered>;
  /** reserved first segment, which people may type or leave out */
  readonly prefix: string;
}

const MOST_PATHS = 1000;
/** A Katello that hides everything has to be asked for each repository. */
const ANSWER_MS = 50_000;

/** What the list takes. */
export const OrphanQuery = PageQuery.extend({ state: z.enum(ORPHAN_STATES).optional() });
const Which = { paths: z.array(z.string()).min(1).max(MOST_PATHS).optional(), all: z.literal(true).optional() };
export const DeleteBody = z
  .strictObject({
    ...Which,
    limit: z.number().int().min(1).max(MOST_PATHS).optional(),
    unproven: z.boolean().default(false),
    dryRun: z.boolean().default(false),
  })
  .refine(isOneGiven, 'give one of paths, all');
export const KeepBody = z
  .strictObject({ ...Which, dryRun: z.boolean().default(false) })
  .refine(isOneGiven, 'give one of paths, all');

/** Adds the routes to a server that knows who asks. */
export function addOrphanRoutes(server: FastifyInstance, api: OrphanApi & { readonly callerOf: CallerOf }): void {
  const chosenOf = (caller: Caller, { paths }: { readonly paths?: readonly string[] | undefined }): Chosen => {
    if (!paths) {
      requireChangeAll(caller);
      return { all: true };
    }
    const named = paths.map((text) => parseRef(text, api.prefix).path);
    for (const path of named) requireChange(caller, path);
    return { paths: named };
  };

  server.get('/api/v1/orphans', async (request) => {
    const caller = api.callerOf(request);
    const { state, ...page } = read(OrphanQuery, request.query);
    const orphans = (await api.listOrphans(AbortSignal.timeout(ANSWER_MS))).filter(
      (orphan) => isSeen(caller, orphan.path) && (state === undefined || orphan.state === state),
    );
    return cutPage(orphans, ({ path }) => path, page);
  });

  server.post('/api/v1/orphans/delete', async (request, reply) => {
    const caller = api.callerOf(request);
    requireOperator(caller);
    const body = read(DeleteBody, request.body);
    const { limit, unproven, dryRun } = body;
    const order = { chosen: chosenOf(caller, body), limit, unproven, dryRun };
    const ordered = await api.deleteOrphans(order, AbortSignal.timeout(ANSWER_MS));
    return answer(reply, ordered, dryRun);
  });

  server.post('/api/v1/orphans/keep', async (request, reply) => {
    const caller = api.callerOf(request);
    requireOperator(caller);
    const body = read(KeepBody, request.body);
    const order = { chosen: chosenOf(caller, body), dryRun: body.dryRun };
    return answer(reply, await api.keepOrphans(order, AbortSignal.timeout(ANSWER_MS)), body.dryRun);
  });
}

/** 202 with what was ordered; 404 or 409 with the first path that stands in the way of all. */
function answer(reply: FastifyReply, { items, missing, refused }: Ordered, dryRun: boolean): FastifyReply {
  const [stranger] = missing;
  if (stranger !== undefined) throw new RequestError(404, `${stranger} is no orphan`, 'kpr orphans list');
  const [first] = refused;
  if (!first) return reply.status(202).send({ items, dryRun });
  const { path, reason, message, hint } = first;
  const error: Problem = { code: 'E_REFUSED', reason, message: `${path}: ${message}`, hint };
  return reply.status(409).send({ error });
}

function isOneGiven({ paths, all }: { readonly paths?: unknown; readonly all?: unknown }): boolean {
  return (paths === undefined) !== (all === undefined);
}
