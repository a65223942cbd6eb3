/** The HTTP side: reads a request, finds its route, checks who asks, and writes what the controller answers. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import type { App } from '../app.ts';
import { holds, isMember } from '../rules/permissions.ts';
import type { Organization, User } from '../state/rows.ts';
import type { Authenticator } from './authenticate.ts';
import { BodyError, bodyOf, readBody } from './body.ts';
import { Failure, failureBody, foremanFailure } from './failure.ts';
import type { Answer, Call } from './request.ts';
import { type Match, matchRoute, type Route, type Scope } from './routes.ts';

interface Parts {
  readonly request: IncomingMessage;
  readonly url: URL;
  readonly scope: Scope;
  /** what the request told about itself so far; headers show it */
  user: User | null;
  organization: Organization | null;
  /** true once the organization is known: from then on answers carry Foreman's headers */
  hasContext: boolean;
  /** true once the session was looked at: from then on answers set its cookie */
  hasSession: boolean;
}

export function createListener(app: App, routes: readonly Route[], authenticator: Authenticator): RequestListener {
  async function answer(parts: Parts): Promise<Answer> {
    const text = await readBody(parts.request);
    const body = bodyOf(parts.request, text, parts.scope);
    const match = matchRoute(routes, parts.request.method ?? 'GET', parts.url.pathname);
    if (match === null) throw new Failure(404, 'rack', 'Not Found');
    if (body instanceof Failure) throw body;

    parts.user = await authenticate(match, parts);
    parts.hasSession = true;
    authorize(match.route, parts.user);
    parts.organization = organizationOf(app, parts, body);
    parts.hasContext = true;
    checkMediaType(parts.request);
    return match.route.handle(callOf(match, parts, body));
  }

  async function authenticate({ route }: Match, parts: Parts): Promise<User | null> {
    if (route.permissions === null) return null;
    await app.latency.login(app.signal);
    const { user, isDisabled } = authenticator.authenticate(parts.request);
    parts.hasSession = isDisabled;
    if (isDisabled) throw foremanFailure(401, 'User account is disabled, please contact your administrator');
    return user;
  }

  return (request, response) => {
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const parts: Parts = {
      request,
      url,
      scope: scopeOf(url.pathname),
      user: null,
      organization: null,
      hasContext: false,
      hasSession: false,
    };
    const fault = app.faults.takeAnswer(request.method ?? 'GET', url.pathname);
    const send = (status: number, body: unknown): void => {
      if (fault !== null) return sendFault(response, fault);
      setHeaders(response, parts);
      sendJson(response, status, body);
    };
    if (fault !== null && !fault.after) return sendFault(response, fault);

    answer(parts).then(
      ({ status, body }) => send(status, body),
      (error: unknown) => {
        const failure = error instanceof Failure ? error : unexpected(error, parts.scope);
        send(failure.status, failureBody(failure, app.traits));
      },
    );
  };

  function setHeaders(response: ServerResponse, parts: Parts): void {
    const { organization } = parts;
    if (parts.hasContext) {
      response.setHeader('Foreman_version', app.traits.foremanVersion);
      response.setHeader('Foreman_api_version', '2');
      response.setHeader(
        'Foreman_current_organization',
        organization === null ? '; ANY' : asBytes(`${organization.id}; ${organization.name}`),
      );
      response.setHeader('Foreman_current_location', '; ANY');
    }
    const session = parts.hasSession ? authenticator.openSession(parts.request, parts.user) : null;
    if (session !== null) response.setHeader('Set-Cookie', `_session_id=${session}; path=/; HttpOnly; SameSite=Lax`);
  }
}

/** Rails writes the bytes of UTF-8 into headers; Node wants a character for each. */
function asBytes(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}

function scopeOf(path: string): Scope {
  if (path.startsWith('/katello/')) return 'katello';
  return path.startsWith('/foreman_tasks/') ? 'tasks' : 'foreman';
}

function authorize(route: Route, user: User | null): void {
  const permissions = route.permissions ?? [];
  if (user === null || permissions.length === 0 || permissions.some((permission) => holds(user, permission))) return;
  throw foremanFailure(403, 'Access denied', {
    details: `Missing one of the required permissions: ${permissions.join(', ')}`,
    missing_permissions: permissions,
  });
}

/** The organization context: a title first, then an id. @throws Failure 404 for one that is not the user's */
function organizationOf({ world }: App, parts: Parts, body: Readonly<Record<string, unknown>>): Organization | null {
  const value = body['organization_id'] ?? parts.url.searchParams.get('organization_id');
  if (parts.user === null || value === null || value === undefined || value === '') return null;
  const text = typeof value === 'number' ? String(value) : typeof value === 'string' ? value : '';
  const { user } = parts;
  const mine = world.organizations.filter((row) => isMember(user, row.id));
  const found = mine.find((row) => row.name === text) ?? mine.find((row) => String(row.id) === text);
  if (found === undefined) throw new Failure(404, 'bare', `Organization with id ${text} not found`);
  return found;
}

function checkMediaType(request: IncomingMessage): void {
  if (request.method !== 'POST' && request.method !== 'PUT') return;
  const type = request.headers['content-type'] ?? '';
  if (type.split(';')[0]?.trim() === 'application/json') return;
  throw foremanFailure(
    415,
    `Media type in 'Content-Type: ${type}' is unsupported in API v2 for POST and PUT requests. Please use 'Content-Type: application/json'.`,
  );
}

function callOf({ pathParams }: Match, parts: Parts, body: Readonly<Record<string, unknown>>): Call {
  const { request, url, user, organization } = parts;
  return {
    method: request.method ?? 'GET',
    path: url.pathname,
    requestId: randomUUID(),
    user: user ?? ANONYMOUS,
    organization,
    body,
    param: (name) => pathParams[name] ?? body[name] ?? url.searchParams.get(name) ?? undefined,
  };
}

/** Stands for nobody on the routes that need no login. */
const ANONYMOUS: User = {
  id: 0,
  login: '',
  password: '',
  tokens: [],
  isAdmin: false,
  isDisabled: true,
  isHidden: true,
  firstname: null,
  lastname: null,
  mail: null,
  organizationIds: [],
  roles: [],
  createdAt: '',
  lastLoginAt: null,
};

function unexpected(error: unknown, scope: Scope): Failure {
  if (error instanceof BodyError) return error.toFailure(scope);
  const message = error instanceof Error ? error.message : String(error);
  return new Failure(500, scope === 'katello' ? 'katello' : 'foreman', message);
}

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'Content-Type': 'application/json; charset=utf-8' });
  response.end(JSON.stringify(body));
}

function sendFault(response: ServerResponse, fault: { status: number; contentType: string; body: string }): void {
  if (fault.status === 0) return void response.destroy();
  response.writeHead(fault.status, { 'Content-Type': fault.contentType });
  response.end(fault.body);
}
