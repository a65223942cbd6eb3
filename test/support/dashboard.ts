/** The dashboard alone: people of a table instead of Katello, sessions in memory, and a browser that keeps cookies. */
import fastify, { type FastifyInstance, type LightMyRequestResponse } from 'fastify';
import { briefOf } from '../../lib/domain/brief.ts';
import type { Caller } from '../../lib/domain/caller.ts';
import { refuse } from '../../lib/domain/reason.ts';
import { openReceipt, type Receipt } from '../../lib/domain/receipt.ts';
import { toAnswer } from '../../lib/web/answer.ts';
import { createDashboard, type DashboardDeps } from '../../lib/web/dashboard.ts';
import type { Session, Sessions } from '../../lib/web/session.ts';
import type { Status } from '../../lib/web/status.ts';
import { basic } from './told.ts';

export const ORIGIN = 'https://push.example.com';
export const PASSWORD = 'right';

/** Time of these pages. */
export const NOW = Date.parse('2026-08-21T14:30:00Z');

/** A daemon that is well. */
export const WELL: Status = {
  isReady: true,
  checks: [],
  version: '1.2.3',
  startedAt: new Date(NOW),
  roles: ['front', 'dashboard'],
  redis: 'given',
  policy: 'full',
  lagSeconds: 0,
  failedPaths: 0,
  concurrency: { level: 2, ceiling: 4 },
  upstreams: {
    pulp: { state: 'up', since: new Date(NOW), error: null, version: '3.105' },
    katello: { state: 'up', since: new Date(NOW), error: null, version: '5.0' },
  },
  queues: [],
  alarms: [],
};

const acme = { id: 1, label: 'acme' };
const globex = { id: 2, label: 'globex' };

/** Everybody's password is `right`. `nobody` is known to Katello, but may not look. */
export const PEOPLE: Readonly<Record<string, Caller | null>> = {
  admin: { login: 'admin', role: 'operator', organizations: 'all' },
  operator: { login: 'operator', role: 'operator', organizations: [acme] },
  viewer: { login: 'viewer', role: 'viewer', organizations: [acme] },
  other: { login: 'other', role: 'operator', organizations: [globex] },
  nobody: null,
};

export interface Browser {
  /** what it would send as cookies, by name */
  readonly cookies: Map<string, string>;
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<LightMyRequestResponse>;
  /** Sends a form as a page of this origin would, with the token of the session. */
  post(path: string, form?: Readonly<Record<string, string>>, headers?: object): Promise<LightMyRequestResponse>;
  /** Sends JSON as a script of a page would. */
  send(method: 'POST' | 'PUT', path: string, body?: object, headers?: object): Promise<LightMyRequestResponse>;
  signIn(login: string, form?: Readonly<Record<string, string>>): Promise<LightMyRequestResponse>;
}

export interface DashboardBench {
  readonly server: FastifyInstance;
  /** hashes of nothing: ids as they are */
  readonly sessions: Map<string, Session>;
  /** logins that were asked for, forms and credentials */
  readonly asked: string[];
  readonly faults: unknown[];
  /** what was pushed; a test adds to it */
  readonly receipts: Receipt[];
  openBrowser(): Browser;
  close(): Promise<void>;
}

export async function openDashboard(over: Partial<DashboardDeps> = {}): Promise<DashboardBench> {
  const sessions = new Map<string, Session>();
  const asked: string[] = [];
  const faults: unknown[] = [];
  const receipts: Receipt[] = [];
  const check = async ({ login, password }: { login: string; password: string }): Promise<Caller | null> => {
    asked.push(login);
    const caller = PEOPLE[login];
    if (caller === undefined || password !== PASSWORD) throw refuse('bad-credentials', { host: 'push.example.com' });
    return caller;
  };
  const deps: DashboardDeps = {
    sessions: createSessions(sessions),
    sessionSeconds: 3600,
    origin: ORIGIN,
    signIn: check,
    recognize: async ({ headers }) => {
      const login = Object.keys(PEOPLE).find((name) => headers.authorization === basic(name, PASSWORD)) ?? '?';
      return check({ login, password: PASSWORD });
    },
    onSignedIn: () => undefined,
    readStatus: async () => WELL,
    listBriefs: async () => receipts.map(briefOf),
    findPushes: async (ids) => ids.flatMap((id) => receipts.find((receipt) => receipt.id === id) ?? []),
    readProxies: async () => ({ behind: [], last: new Map() }),
    listReceivers: async () => [],
    listOrphans: async () => [],
    registry: 'push.example.com',
    now: () => NOW,
    queues: [],
    promote: async () => undefined,
    onFault: (error) => void faults.push(error),
    addApi: (server, callerOf) => {
      server.get('/api/v1/status', async (request) => callerOf(request));
      server.post('/api/v1/reprocess', async (request) => ({ by: callerOf(request).login, body: request.body }));
    },
    ...over,
  };
  const server = fastify();
  server.setErrorHandler((error, _request, reply) => {
    const { status, body } = toAnswer(error);
    return reply.status(status).send(body);
  });
  await server.register(createDashboard(deps));
  return {
    server,
    sessions,
    asked,
    faults,
    receipts,
    openBrowser: () => openBrowser(server),
    close: () => server.close(),
  };
}

/** A receipt of version 1 of this path, a minute old. */
export function pushOf(path: string, over: Partial<Receipt> = {}): Receipt {
  const pushedAt = new Date(NOW - 60_000);
  const push = { path, uuid: path.replaceAll('/', '-'), version: 1, claimedVersion: null, user: 'alice', note: null };
  return { ...openReceipt({ ...push, kind: 'push', pushedAt }), ...over };
}

function createSessions(kept: Map<string, Session>): Sessions {
  let count = 0;
  return {
    open: async (caller) => {
      const id = `${count}`.padStart(43, 's');
      const session = { caller, token: `token-${count}` };
      count += 1;
      kept.set(id, session);
      return { id, session };
    },
    find: async (id) => kept.get(id) ?? null,
    close: async (id) => void kept.delete(id),
  };
}

function openBrowser(server: FastifyInstance): Browser {
  const cookies = new Map<string, string>();
  const token = () => cookies.get('XSRF-TOKEN') ?? '';

  const ask = async (
    method: 'GET' | 'POST' | 'PUT',
    path: string,
    headers: object,
    payload?: string,
  ): Promise<LightMyRequestResponse> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const given = Object.entries({ ...(cookie !== '' && { cookie }), ...headers });
    const sent = Object.fromEntries(given.filter(([, value]) => value !== undefined));
    const answer = await server.inject({ method, url: path, headers: sent, ...(payload !== undefined && { payload }) });
    for (const { name, value, maxAge } of answer.cookies) {
      if (value === '' || maxAge === 0) cookies.delete(name);
      else cookies.set(name, value);
    }
    return answer;
  };

  const browser: Browser = {
    cookies,
    get: (path, headers = {}) => ask('GET', path, headers),
    post: (path, form = {}, headers = {}) =>
      ask(
        'POST',
        path,
        { origin: ORIGIN, 'content-type': 'application/x-www-form-urlencoded', ...headers },
        new URLSearchParams({ xsrf: token(), ...form }).toString(),
      ),
    send: (method, path, body, headers = {}) =>
      ask(
        method,
        path,
        { origin: ORIGIN, 'x-xsrf-token': token(), ...(body && { 'content-type': 'application/json' }), ...headers },
        body && JSON.stringify(body),
      ),
    signIn: (login, form = {}) => browser.post('/login', { login, password: PASSWORD, ...form }),
  };
  return browser;
}
