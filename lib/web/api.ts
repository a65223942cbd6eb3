/**
 * `/api/v1`: what the command line, the dashboard and programs ask of a daemon.
 */
import type { FastifyInstance } from 'fastify';
import { parseRef } from '../domain/path.ts';
import type { CallerOf } from './access.ts';
import { addExplainRoutes, type ExplainApi } from './routes/explain.ts';
import { addPlanRoutes, type PlanApi } from './routes/plan.ts';
import { addPushRoutes, type PushApi } from './routes/pushes.ts';
import { addQueueRoutes, type QueueApi } from './routes/queues.ts';
import { addReprocessRoutes, type ReprocessApi } from './routes/reprocess.ts';
import { addRollbackRoutes, type RollbackApi } from './routes/rollback.ts';
import { addWaitRoutes, type WaitApi } from './routes/wait.ts';

export interface ApiDeps extends PushApi, PlanApi, ExplainApi, WaitApi, QueueApi, ReprocessApi, RollbackApi {
  /** reserved first segment, which people may type or leave out */
  readonly prefix: string;
}

/** Adds the routes to a server that knows who asks. */
export function addApiRoutes(server: FastifyInstance, deps: ApiDeps & { readonly callerOf: CallerOf }): void {
  const refOf = (text: string) => parseRef(text, deps.prefix);
  const api = { ...deps, refOf, pathOf: (text: string) => refOf(text).path };
  addPushRoutes(server, api);
  addPlanRoutes(server, api);
  addExplainRoutes(server, api);
  addWaitRoutes(server, api);
  addQueueRoutes(server, api);
  addReprocessRoutes(server, api);
  addRollbackRoutes(server, api);
}
