/**
 * For supervisors and Prometheus: does it live, can it work, what does it count.
 */
import type { FastifyInstance } from 'fastify';
import type { Readiness } from './readiness.ts';

export interface HealthDeps {
  readonly readReadiness: () => Promise<Readiness>;
  readonly renderMetrics: () => Promise<{ contentType: string; body: string }>;
}

/** /livez, /readyz, /healthz?verbose, /metrics; all read only. */
export function addHealthRoutes(server: FastifyInstance, { readReadiness, renderMetrics }: HealthDeps): void {
  server.get('/livez', async (_request, reply) => reply.type('text/plain').send('ok\n'));

  server.get('/readyz', async (_request, reply) => {
    const readiness = await readReadiness();
    return reply.status(readiness.isReady ? 200 : 503).send(readiness);
  });

  server.get('/healthz', async (request, reply) => {
    const readiness = await readReadiness();
    const isVerbose = new URLSearchParams(request.url.split('?')[1]).has('verbose');
    const lines = readiness.checks.map(({ name, isOk, message }) => `[${isOk ? '+' : '-'}] ${name} ${message ?? 'ok'}`);
    const summary = readiness.isReady ? 'ok' : 'not ready';
    return reply
      .status(readiness.isReady ? 200 : 503)
      .type('text/plain')
      .send(`${[...(isVerbose ? lines : []), summary].join('\n')}\n`);
  });

  server.get('/metrics', async (_request, reply) => {
    const { contentType, body } = await renderMetrics();
    return reply.type(contentType).send(body);
  });
}
