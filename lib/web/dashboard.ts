/**
 * What KPR_LISTEN answers to people who sign in and to programs with their credentials: pages, the API, the queues.
 */
import { join } from 'node:path';
import cookie from '@fastify/cookie';
import formbody from '@fastify/formbody';
import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import assets from '@fastify/static';
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from 'fastify';
import type { CallerOf } from './access.ts';
import { RequestError, toAnswer } from './answer.ts';
import type { PagesDeps } from './pages/deps.ts';
import { TOKEN_FIELD } from './pages/layout.ts';
import { addPages } from './pages/pages.ts';
import { renderProblem } from './pages/problem.ts';
import { addQueuesPage, type QueuesPageDeps } from './queues-page.ts';
import { isOfOrigin, isSame, isWrite, showsToken } from './session.ts';
import { addSignInRoutes, askToSignIn, type SignInDeps, signOut } from './sign-in.ts';
import { createVisitors, type VisitorDeps, type Visitors } from './visitor.ts';

export interface DashboardDeps extends PagesDeps, SignInDeps, QueuesPageDeps, Omit<VisitorDeps, 'sessions'> {
  /** Adds the API to a server that knows who asks; buttons use it too. */
  readonly addApi: (server: FastifyInstance, callerOf: CallerOf) => void;
  /** told of our own faults, of which a person sees nothing */
  readonly onFault: (error: unknown, request: FastifyRequest) => void;
}

/** Of one visitor. */
const MOST_A_SECOND = 20;
const FORM_BYTES = 16 * 1024;
const ASSETS = join(import.meta.dirname, 'assets');

/** Nothing but what this server sends; and nobody puts it into a frame. Whether HSTS is wanted, the web server knows. */
const HEADERS = {
  contentSecurityPolicy: {
    useDefaults: false,
    directives: {
      defaultSrc: ["'none'"],
      scriptSrc: ["'self'"],
      styleSrc: ["'self'"],
      imgSrc: ["'self'"],
      connectSrc: ["'self'"],
      formAction: ["'self'"],
      baseUri: ["'self'"],
      frameAncestors: ["'none'"],
    },
  },
  xFrameOptions: { action: 'deny' },
  // browsers send no Origin with a form of a page that tells nobody where it is
  referrerPolicy: { policy: 'same-origin' },
  strictTransportSecurity: false,
} as const;

/** To be registered beside the token endpoint; headers, cookies and errors stay within. */
export function createDashboard(deps: DashboardDeps): FastifyPluginAsync {
  return async (server) => {
    const visitors = createVisitors(deps);
    await server.register(cookie);
    await server.register(helmet, HEADERS);
    await server.register(assets, { root: ASSETS, prefix: '/assets/', index: false, maxAge: '1h' });
    await server.register(async (scope) => {
      keepNothing(scope);
      scope.addHook('onRequest', visitors.guard);
      await limit(scope, visitors);
      deps.addApi(scope, visitors.callerOf);
    });
    await server.register(async (scope) => {
      keepNothing(scope);
      showProblems(scope, deps, visitors);
      await scope.register(formbody, { bodyLimit: FORM_BYTES });
      addSignInRoutes(scope, deps);
      await scope.register(async (pages) => {
        requireSignIn(pages, deps, visitors);
        await limit(pages, visitors);
        addPages(pages, deps, visitors.of);
        pages.post('/logout', (request, reply) => signOut(request, reply, deps.sessions));
      });
    });
    await server.register(async (scope) => {
      keepNothing(scope);
      requireSignIn(scope, deps, visitors);
      addQueuesPage(scope, deps, visitors.of);
    });
  };
}

/** Pages and answers hold what only this visitor may see. */
function keepNothing(server: FastifyInstance): void {
  server.addHook('onRequest', async (_request, reply) => {
    reply.header('cache-control', 'no-store');
  });
}

async function limit(server: FastifyInstance, visitors: Visitors): Promise<void> {
  await server.register(rateLimit, {
    max: MOST_A_SECOND,
    timeWindow: 1000,
    keyGenerator: (request) => visitors.of(request).key,
  });
}

/** 401 with the form for whoever is not signed in; what writes has to come from a page of theirs, a form or a script. */
function requireSignIn(server: FastifyInstance, { origin }: DashboardDeps, visitors: Visitors): void {
  server.addHook('onRequest', async (request, reply) => {
    const visitor = await visitors.findSignedIn(request);
    if (!visitor) return askToSignIn(request, reply);
    visitors.admit(request, visitor);
    return undefined;
  });
  server.addHook('preHandler', async (request) => {
    const { session } = visitors.of(request);
    if (!isWrite(request) || !session) return;
    const isShown = showsToken(request, session) || isSame(fieldOf(request.body, TOKEN_FIELD), session.token);
    if (!isOfOrigin(request, origin) || !isShown) {
      throw new RequestError(403, 'this was not sent by a page of yours', 'go back, reload the page, and try again');
    }
  });
}

function fieldOf(body: unknown, name: string): unknown {
  return typeof body === 'object' && body !== null ? new Map(Object.entries(body)).get(name) : undefined;
}

function showProblems(server: FastifyInstance, { onFault }: DashboardDeps, visitors: Visitors): void {
  server.setErrorHandler((error, request, reply) => {
    const { status, body } = toAnswer(error);
    if (status === 500) onFault(error, request);
    return reply
      .status(status)
      .type('text/html')
      .send(renderProblem(status, body.error, visitors.find(request)));
  });
}
