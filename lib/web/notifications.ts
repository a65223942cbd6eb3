/**
 * `/api/v1/notifications`: who is told what happens, and whether they take it.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type CallerOf, requireChangeAll } from './access.ts';
import { RequestError } from './answer.ts';
import { read } from './read.ts';
import { cutPage, PageQuery } from './shapes/page.ts';

/** One of KPR_NOTIFY_URLS. */
export interface ShownReceiver {
  /** its place in the list, from 1 */
  readonly n: number;
  /** without query */
  readonly url: string;
  readonly state: 'enabled' | 'disabled';
  /** ISO 8601, UTC: since when it is disabled; null while it is not */
  readonly since: string | null;
  readonly reason: string | null;
  /** events in a row that it did not take in a day */
  readonly givenUpInARow: number;
}

export interface NotificationApi {
  readonly listReceivers: () => Promise<readonly ShownReceiver[]>;
  /** False when there is no receiver at this place. */
  readonly enable: (n: number) => Promise<boolean>;
}

/** What the list takes. */
export const ReceiverQuery = PageQuery.extend({ state: z.enum(['enabled', 'disabled']).optional() });
/** Keys are in order as text. */
const KEY_LENGTH = 9;
export const ReceiverParams = z.object({ n: z.coerce.number().int().min(1) });

/** Adds the routes to a server that knows who asks. */
export function addNotificationRoutes(
  server: FastifyInstance,
  api: NotificationApi & { readonly callerOf: CallerOf },
): void {
  server.get('/api/v1/notifications', async (request) => {
    api.callerOf(request);
    const { state, ...page } = read(ReceiverQuery, request.query);
    const receivers = (await api.listReceivers()).filter((one) => state === undefined || one.state === state);
    return cutPage(receivers, ({ n }) => String(n).padStart(KEY_LENGTH, '0'), page);
  });

  server.post('/api/v1/notifications/:n/enable', async (request, reply) => {
    requireChangeAll(api.callerOf(request));
    const { n } = read(ReceiverParams, request.params);
    if (!(await api.enable(n))) throw new RequestError(404, `there is no receiver ${n}`);
    return reply.status(202).send({ n });
  });
}
