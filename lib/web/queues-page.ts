/**
 * `/queues`: the queues as bull-board shows them, to look at only.
 */
import { createBullBoard } from '@bull-board/api';
import { BullMQAdapter } from '@bull-board/api/bullMQAdapter';
import { FastifyAdapter } from '@bull-board/fastify';
import type { Queue } from 'bullmq';
import type { FastifyInstance } from 'fastify';

const PREFIX = '/queues';

/** Anything but GET and HEAD is refused before bull-board sees it. */
export async function addQueuesPage(server: FastifyInstance, queues: readonly Queue[]): Promise<void> {
  const adapter = new FastifyAdapter().setBasePath(PREFIX);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false })),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'kpr' } },
  });
  await server.register(async (page) => {
    page.addHook('onRequest', async (request, reply) => {
      if (request.method === 'GET' || request.method === 'HEAD') return undefined;
      return reply.status(405).header('allow', 'GET, HEAD').send({ error: METHOD_REFUSED });
    });
    await page.register(adapter.registerPlugin(), { prefix: PREFIX });
  });
}

const METHOD_REFUSED = { code: 'E_USAGE', reason: 'usage', message: 'the queues are only shown here', hint: null };
