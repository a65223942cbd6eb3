/** `/token`: who may reach what, as a signed token. It is Pulp's TOKEN_SERVER. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { RefusedError } from '../errors.ts';
import { errorFields } from '../log.ts';
import { errorsBody, RequestError, toAnswer } from './answer.ts';
import type { Authorize, Grant } from './authorize.ts';
import { clientAddress } from './client-address.ts';
import { type Credential, checkCredential, readBasic } from './credential.ts';
import { createDeadlines } from './deadlines.ts';
import type { FrontDeps } from './deps.ts';
import type { Fingerprint } from './fingerprint.ts';
import { createMemory } from './memory.ts';
import type { People } from './people.ts';
import type { TokenAnswer, Tokens } from './token.ts';
import { readWanted, type Wanted } from './wanted.ts';

export interface TokenRoutesOptions {
  readonly authorize: Authorize;
  readonly people: People;
  readonly fingerprint: Fingerprint;
  readonly tokens: Tokens;
}

interface Asked {
  readonly service: string;
  readonly wanted: readonly Wanted[];
  /** null: anonymous */
  readonly credential: Credential | null;
}

/** No client waits longer. */
const DECISION_MS = 30_000;

export function addTokenRoutes(server: FastifyInstance, deps: FrontDeps, options: TokenRoutesOptions): void {
  const { settings, log } = deps;
  const { authorize, people, fingerprint, tokens } = options;
  const deadlines = createDeadlines(DECISION_MS);
  const memory = createMemory<Grant>({ ttlMs: settings.cacheMs, now: deps.now }, ({ isWhole }) => isWhole);
  const services = new Set([...settings.registryHosts, settings.host].map((host) => host.toLowerCase()));

  async function answer({ service, wanted, credential }: Asked, address: string): Promise<TokenAnswer> {
    if (credential === null) {
      const answered = await tokens.issue(service, []);
      deps.onAnswered('anonymous');
      return answered;
    }
    const key = fingerprint(credential.login, credential.password, JSON.stringify(wanted));
    const granted = await memory.read(key, () => decide(credential, wanted, service, address));
    const answered = await tokens.issue(service, granted.access);
    deps.onAnswered('granted');
    for (const path of granted.pushed) deps.onGranted({ path, login: credential.login });
    return answered;
  }

  /** Logged here, once for all who share the decision. */
  async function decide(
    credential: Credential,
    wanted: readonly Wanted[],
    service: string,
    address: string,
  ): Promise<Grant> {
    const { login } = credential;
    const person = people.meet(credential, address, service);
    try {
      const granted = await deadlines.run((signal) => authorize(person, wanted, signal));
      if (granted.pushed.length > 0) log.info('push granted', { login, paths: granted.pushed, client: address });
      return granted;
    } catch (error) {
      if (error instanceof RefusedError && person.isProven()) {
        const paths = wanted.map(({ name }) => name);
        log.info('push refused', { reason: error.reason, login, paths, client: address });
      }
      throw error;
    }
  }

  /** @throws RequestError 400 for a service that is no registry of ours */
  function readService(parameters: URLSearchParams): string {
    const [service = '', second] = parameters.getAll('service');
    if (second === undefined && services.has(service.toLowerCase())) return service;
    throw new RequestError(400, `unknown service: tokens are for ${settings.registryHosts.join(', ')}`);
  }

  /** Those who take this server for the registry log in, and are told at `/v2/` where to go. */
  function readWantedAt(service: string, parameters: URLSearchParams): Wanted[] {
    const isRegistry = settings.registryHosts.some((host) => host.toLowerCase() === service.toLowerCase());
    return isRegistry ? readWanted(parameters.getAll('scope'), settings.prefix) : [];
  }

  server.addHook('preClose', async () => deadlines.close());
  server.addHook('onRequest', async (_, reply) => {
    reply.headers({ 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' });
  });
  server.setErrorHandler((error, request, reply) => {
    if (isOfFastify(error)) return sendUnsupported(request, reply);
    const { status, body } = toAnswer(error);
    deps.onAnswered(status === 503 ? 'error' : 'refused');
    if (status === 401) reply.header('www-authenticate', `Basic realm="${settings.host}"`);
    if (status === 503) {
      reply.header('retry-after', '5');
      log.warn('token not decided', { ...errorFields(error), client: addressOf(request) });
    }
    return reply.status(status).send(body);
  });

  server.get('/token', { exposeHeadRoute: false }, async (request) => {
    const parameters = new URLSearchParams(request.url.split('?').slice(1).join('?'));
    const service = readService(parameters);
    const wanted = readWantedAt(service, parameters);
    const credential = readBasic(request.headers.authorization, service);
    return answer({ service, wanted, credential }, addressOf(request));
  });

  server.post('/token', async (request, reply) => {
    const form = request.body instanceof URLSearchParams ? request.body : new URLSearchParams();
    if (form.get('grant_type') !== 'password') return sendUnsupported(request, reply);
    const service = readService(form);
    const wanted = readWantedAt(service, form);
    const given = { login: form.get('username') ?? '', password: form.get('password') ?? '' };
    return answer({ service, wanted, credential: checkCredential(given, service) }, addressOf(request));
  });

  server.route({ method: ['HEAD', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'], url: '/token', handler: sendUnsupported });
}

/** 405 lets containerd ask again by GET; a 403, 422 or 500 would be final for it. */
function sendUnsupported(_: FastifyRequest, reply: FastifyReply): FastifyReply {
  const body = errorsBody('UNSUPPORTED', 'ask by GET with Basic credentials, or by POST with grant_type=password');
  return reply.status(405).header('allow', 'GET, POST').send(body);
}

/** Of a body that cannot be read. */
function isOfFastify(error: unknown): boolean {
  return error instanceof Error && 'code' in error && String(error.code).startsWith('FST_');
}

function addressOf({ socket, headers }: FastifyRequest): string {
  return clientAddress(socket.remoteAddress, [headers['x-forwarded-for'] ?? []].flat().join(','));
}
