/**
 * `/api/v1/proxies`: what each smart proxy lacks, and syncing a path there.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseRef } from '../domain/path.ts';
import type { ProxiesView } from '../domain/proxy-state.ts';
import { type CallerOf, isSeen, requireChange, requireOperator } from './access.ts';
import { RequestError } from './answer.ts';
import { read } from './read.ts';
import { cutPage, PageQuery } from './shapes/page.ts';

interface Order {
  readonly path: string;
  /** null: all that carry it */
  readonly names: readonly string[] | null;
  readonly dryRun: boolean;
}

/** What became of it; nothing was done unless it is `ordered`. */
type Ordered =
  | { readonly kind: 'ordered'; readonly names: readonly string[] }
  | { readonly kind: 'unpublished' }
  | { readonly kind: 'unknown-proxy'; readonly name: string };

export interface ProxyApi {
  readonly readStatus: (signal: AbortSignal) => Promise<ProxiesView>;
  readonly sync: (order: Order, signal: AbortSignal) => Promise<Ordered>;
  /** reserved first segment, which people may type or leave out */
  readonly prefix: string;
}

const ANSWER_MS = 25_000;
const MOST_NAMES = 100;

export const SyncBody = z.strictObject({
  path: z.string(),
  proxies: z.array(z.string().min(1)).min(1).max(MOST_NAMES).optional(),
  dryRun: z.boolean().default(false),
});

/** Adds the routes to a server that knows who asks. */
export function addProxyRoutes(server: FastifyInstance, api: ProxyApi & { readonly callerOf: CallerOf }): void {
  server.get('/api/v1/proxies', async (request) => {
    const caller = api.callerOf(request);
    const page = read(PageQuery, request.query);
    const { items, ...status } = await api.readStatus(AbortSignal.timeout(ANSWER_MS));
    const seen = items.map(({ behind, last, ...proxy }) => ({
      ...proxy,
      behind: behind.filter(({ path }) => isSeen(caller, path)),
      last: last && isSeen(caller, last.path) ? last : null,
    }));
    return { ...status, ...cutPage(seen, ({ name }) => name, page) };
  });

  server.post('/api/v1/proxies/sync', async (request, reply) => {
    const caller = api.callerOf(request);
    requireOperator(caller);
    const { path: text, proxies: names = null, dryRun } = read(SyncBody, request.body);
    const { path } = parseRef(text, api.prefix);
    requireChange(caller, path);
    const ordered = await api.sync({ path, names, dryRun }, AbortSignal.timeout(ANSWER_MS));
    switch (ordered.kind) {
      case 'unpublished':
        throw new RequestError(404, `nothing of ${path} is published`, `kpr status ${path}`);
      case 'unknown-proxy':
        throw new RequestError(404, `no smart proxy ${ordered.name}`, 'kpr proxies status');
      case 'ordered':
        return reply.status(202).send({ path, proxies: ordered.names, dryRun });
      default:
        return ordered satisfies never;
    }
  });
}
