/**
 * bull-board as servers that listen nowhere: it cannot be added to one that listens already, and what it answers is seen
 * before a browser sees it. Loaded by its first visitor: it takes 20 MB.
 */
import type { Queue } from 'bullmq';
import fastify, { type FastifyInstance, type FastifyRequest, type LightMyRequestResponse } from 'fastify';

export const QUEUES_PATH = '/queues';

export type Mode = 'read-only' | 'writable';

export interface Board {
  /** Passes a GET or PUT on, without its body, which nothing here has a use for. */
  ask(request: FastifyRequest, mode: Mode): Promise<LightMyRequestResponse>;
  close(): Promise<void>;
}

export function createBoard(queues: readonly Queue[]): Board {
  const boards = new Map<Mode, Promise<FastifyInstance>>();

  return {
    ask: async ({ method, url, headers }, mode) => {
      const opened = boards.get(mode) ?? openBoard(queues, mode);
      boards.set(mode, opened);
      const known = { ...(headers['if-none-match'] && { 'if-none-match': headers['if-none-match'] }) };
      return (await opened).inject({ method: method === 'PUT' ? 'PUT' : 'GET', url, headers: known });
    },
    close: async () => {
      for (const opened of boards.values()) await (await opened).close();
    },
  };
}

async function openBoard(queues: readonly Queue[], mode: Mode): Promise<FastifyInstance> {
  const [{ createBullBoard }, { BullMQAdapter }, { FastifyAdapter }] = await Promise.all([
    import('@bull-board/api'),
    import('@bull-board/api/bullMQAdapter'),
    import('@bull-board/fastify'),
  ]);
  const adapter = new FastifyAdapter().setBasePath(QUEUES_PATH);
  const options = { readOnlyMode: mode === 'read-only', allowRetries: mode === 'writable' };
  createBullBoard({
    queues: queues.map((queue) => new BullMQAdapter(queue, options)),
    serverAdapter: adapter,
    options: { uiConfig: { boardTitle: 'kpr', miscLinks: [{ text: 'Overview', url: '/' }] } },
  });
  const server = fastify();
  await server.register(adapter.registerPlugin(), { prefix: QUEUES_PATH });
  await server.ready();
  return server;
}
