/**
 * `/queues`: the queues as bull-board shows them, to look at only.
 */
import type { Queue } from 'bullmq';
import fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';

const PREFIX = '/queues';
const NO_WRITES = { code: 'E_USAGE', reason: 'usage', message: 'the queues are only shown here', hint: null };
const NOT_FROM_ELSEWHERE = {
  code: 'E_REFUSED',
  reason: 'permission-missing',
  message: 'the queues are only shown on this machine',
  hint: null,
};

/**
 * Nobody logs in here yet, so whoever comes through a web server is refused: it names paths of all organizations. Anything
 * but GET and HEAD is refused before bull-board sees it. It is loaded by its first visitor: it takes 20 MB.
 */
export function addQueuesPage(server: FastifyInstance, queues: readonly Queue[]): void {
  let board: Promise<FastifyInstance> | null = null;

  const onRequest = async ({ method, headers }: FastifyRequest, reply: FastifyReply) => {
    // the web servers of the push host add it, whatever the client sent
    if ('x-forwarded-for' in headers) return reply.status(403).send({ error: NOT_FROM_ELSEWHERE });
    if (method === 'GET' || method === 'HEAD') return undefined;
    return reply.status(405).header('allow', 'GET, HEAD').send({ error: NO_WRITES });
  };
  for (const url of [PREFIX, `${PREFIX}/*`]) {
    server.all(url, { onRequest }, async (request, reply) => {
      board ??= openBoard(queues);
      const shown = await board;
      reply.hijack();
      shown.routing(request.raw, reply.raw);
    });
  }
  server.addHook('onClose', async () => {
    await (await board)?.close();
  });
}

/** A server of its own, which listens nowhere: bull-board cannot be added to one that listens already. */
async function openBoard(queues: readonly Queue[]): Promise<FastifyInstance> {
  const [{ createBullBoard }, { BullMQAdapter }, { FastifyAdapter }] = await Promise.all([
    import('@bull-board/api'),
    import('@bull-board/api/bullMQAdapter'),
    import('@bull-board/fastify'),
  ]);
  const adapter = new FastifyAdapter().setBasePath(PREFIX);
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, { readOnlyMode: true, allowRetries: false })),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'kpr' } },
  });
  const server = fastify();
  await server.register(adapter.registerPlugin(), { prefix: PREFIX });
  await server.ready();
  return server;
}
