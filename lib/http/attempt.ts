/** One call as a client makes it: credentials, headers, limits, one redirect if asked for; what came is observed. */
import { InvariantError, ResponseShapeError } from '../errors.ts';
import type { Asked } from './answer.ts';
import type { BaseUrl } from './base-url.ts';
import { createConnections } from './connections.ts';
import { credentialHeaders, secretsOf } from './credentials.ts';
import { type Answer, exchange, type Limits, type Method, type Outgoing } from './exchange.ts';
import type { CallOptions, HttpClientOptions } from './options.ts';
import { redactUrl } from './redact.ts';

const DEFAULT_LIMITS: Limits = { connectMs: 10_000, idleMs: 60_000, bodyBytes: 64 * 1024 * 1024 };
const REDIRECTS = new Set([301, 302, 303, 307, 308]);

export interface Call {
  readonly method: Method;
  readonly path: string;
  /** sent as JSON; undefined: no body */
  readonly body: unknown;
  readonly options: CallOptions;
}

export type Attempt = (call: Call) => Promise<{ asked: Asked; answer: Answer }>;

/** Every status is an answer here; only a call without one throws. @throws E_TRANSPORT, E_RESPONSE_SHAPE */
export function createAttempt(base: BaseUrl, options: HttpClientOptions): Attempt {
  const ownAgents = createConnections(base.socketPath);
  const strangersAgents = createConnections(null);

  return async (call) => {
    const credentials = call.options.credentials ?? options.credentials();
    const ca = options.ca?.() ?? [];
    const headers = { accept: 'application/json', 'user-agent': options.userAgent, ...call.options.headers };
    const url = urlOf(base.origin, call);
    const outgoing: Outgoing = {
      system: options.system,
      method: call.method,
      url,
      headers: {
        ...(call.body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
        ...credentialHeaders(credentials),
      },
      body: call.body === undefined ? undefined : JSON.stringify(call.body),
      agents: ownAgents({ ca, certificate: credentials.kind === 'certificate' ? credentials : null }),
      limits: limitsOf(call, options),
      signal: call.options.signal,
    };
    const asked: Asked = { system: options.system, method: call.method, url, secrets: secretsOf(credentials) };

    const answer = await observe(options, outgoing);
    const target = call.options.followsRedirect ? findRedirect(asked, answer) : null;
    if (target === null) return { asked, answer };

    const agents = target.origin === base.origin ? outgoing.agents : strangersAgents({ ca, certificate: null });
    const followed: Outgoing = { ...outgoing, url: target, headers, agents };
    return { asked: { ...asked, url: target }, answer: await observe(options, followed) };
  };
}

/** @throws E_INVARIANT for a path that means another one: not absolute, not encoded, or with `..` in it */
function urlOf(origin: string, { path, options }: Call): URL {
  const url = new URL(origin);
  url.pathname = path;
  if (url.pathname !== path) throw new InvariantError(`not an absolute, encoded path: ${redactUrl(url)}`);
  for (const [name, value] of Object.entries(options.query ?? {})) url.searchParams.set(name, String(value));
  return url;
}

function limitsOf({ options: { idleMs } }: Call, { limits }: HttpClientOptions): Limits {
  return { ...DEFAULT_LIMITS, ...limits, ...(idleMs !== undefined && { idleMs }) };
}

/** Where the answer leads, or null when it is no redirect. @throws E_RESPONSE_SHAPE when it leads nowhere on the web */
function findRedirect({ system, url }: Asked, { status, headers: { location } }: Answer): URL | null {
  if (!REDIRECTS.has(status) || location === undefined) return null;

  const target = URL.canParse(location, url.href) ? new URL(location, url) : null;
  if (target?.protocol === 'https:' || target?.protocol === 'http:') return target;
  throw new ResponseShapeError(system, `unusable redirect of ${redactUrl(url)}`, ['no http or https URL']);
}

/** An aborted request is neither counted nor logged. */
async function observe({ system, onRequest, log }: HttpClientOptions, outgoing: Outgoing): Promise<Answer> {
  const startedAt = performance.now();
  const tell = (status: number | null) => {
    if (outgoing.signal?.aborted) return;
    onRequest?.(system, status);
    const durationMs = Math.round(performance.now() - startedAt);
    log?.('request', { method: outgoing.method, url: redactUrl(outgoing.url), status, durationMs });
  };
  try {
    const answer = await exchange(outgoing);
    tell(answer.status);
    return answer;
  } catch (error) {
    tell(null);
    throw error;
  }
}
