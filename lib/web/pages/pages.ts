/** The pages, to be added to a server that knows who asks and has checked where forms come from. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Visitor } from '../visitor.ts';
import { addActions } from './actions.ts';
import type { PagesDeps } from './deps.ts';
import { addOrphans } from './orphans.ts';
import { addOverview } from './overview.ts';
import { addProxies } from './proxies.ts';
import { addPush } from './push.ts';
import { addPushes } from './pushes.ts';
import { createShow } from './show.ts';

export function addPages(
  server: FastifyInstance,
  deps: PagesDeps,
  visitorOf: (request: FastifyRequest) => Visitor,
): void {
  const show = createShow(visitorOf);
  const actions = addActions(server, visitorOf);
  addOverview(server, deps, actions, show);
  addPushes(server, deps, show);
  addPush(server, deps, actions, show);
  addProxies(server, deps, actions, show);
  addOrphans(server, deps, actions, show);
}
