/**
 * `/api/v1/proxies`: what each smart proxy lacks, and syncing a path there.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { parseRef } from '../domain/path.ts';
import { RequestError } from './answer.ts';
import { read } from './read.ts';

interface Order {
  readonly path: string;
  /** null: all that carry it */
  readonly names: readonly string[] | null;
  readonly dryRun: boolean;
}

export interface ProxyApi {
  /** smart proxies and the setting, as plain JSON */
  readonly readStatus: (signal: AbortSignal) => Promise<object>;
  /** Answers the names of the proxies; null where nothing of the path is published. @throws E_REFUSED for an unknown one */
  readonly sync: (order: Order, signal: AbortSignal) => Promise<readonly string[] | null>;
  /** reserved first segment, which people may type or leave out */
  readonly prefix: string;
}

const ANSWER_MS = 25_000;
const MOST_NAMES = 100;

const SyncBody = z.strictObject({
  path: z.string(),
  proxies: z.array(z.string().min(1)).min(1).max(MOST_NAMES).optional(),
  dryRun: z.boolean().default(false),
});

export function addProxyRoutes(server: FastifyInstance, api: ProxyApi): void {
  server.get('/api/v1/proxies', () => api.readStatus(AbortSignal.timeout(ANSWER_MS)));

  server.post('/api/v1/proxies/sync', async (request, reply) => {
    const { path: text, proxies: names = null, dryRun } = read(SyncBody, request.body);
    const { path } = parseRef(text, api.prefix);
    const proxies = await api.sync({ path, names, dryRun }, AbortSignal.timeout(ANSWER_MS));
    if (!proxies) throw new RequestError(404, `nothing of ${path} is published`, `kpr status ${path}`);
    return reply.status(202).send({ path, proxies, dryRun });
  });
}
