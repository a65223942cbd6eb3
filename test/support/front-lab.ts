/** The front before an in-memory Pulp and the stand-in for Katello, with the real clients in between. */
import { setTimeout as delay } from 'node:timers/promises';
import fastify, { type FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { FrontDeps, FrontSettings } from '../../lib/front/deps.ts';
import { createFront } from '../../lib/front/front.ts';
import { createThrottle } from '../../lib/front/throttle.ts';
import { createHttpClient } from '../../lib/http/client.ts';
import { createKatelloUsers } from '../../lib/katello/users.ts';
import { createPushProduct } from '../../lib/reconcile/create.ts';
import type { ReconcileDeps } from '../../lib/reconcile/deps.ts';
import { type Lab, type LabOptions, type SeenCall, startLab } from './lab.ts';
import { createOrphanLab, type OrphanLab, type OrphanLabOptions } from './orphan-lab.ts';
import { basic, newKey, read, type Told } from './told.ts';

/** Where clients push to in these tests. */
export const REGISTRY = 'push.example.com';

const Named = z.array(z.object({ name: z.string() }));
const KatelloWorld = z.object({ organizations: Named, products: Named, roots: Named });
const UsersWorld = z.object({ users: z.array(z.object({ login: z.string() }).loose()) }).loose();
const Made = z.object({ id: z.number() });

/** What a client asks. */
export interface Ask {
  /** a user of the seed, whose password is `sandbox-` and the login; left out: anonymous */
  readonly as?: string;
  /** [the one of the seed] */
  readonly password?: string;
  readonly scopes?: readonly string[];
  readonly service?: string;
  /** IP address that the web server saw [192.0.2.1] */
  readonly from?: string;
}

export interface FrontLab {
  readonly lab: Lab;
  /** what frees paths of their orphans, on the clock of the lab */
  readonly orphanLab: OrphanLab;
  readonly server: FastifyInstance;
  /** PEM that signs; a test may put another one in its place */
  readonly keys: { private: string };
  /** calls to Katello with credentials of users; a test may empty it */
  readonly userCalls: SeenCall[];
  readonly granted: { path: string; login: string }[];
  readonly outcomes: string[];
  /** everything that was logged, as one text */
  readonly logged: () => string;
  /** moves the clock of caches and throttles, and that of the lab */
  passMs(ms: number): void;
  ask(ask: Ask): Promise<Told>;
  /** Makes something in Katello as its administrator; answers its id. @param what such as `products` */
  create(what: string, body: object): Promise<number>;
  /** Makes trouble at the stand-in; see its README. */
  control(path: string, body: object): Promise<void>;
  /** Changes fields of a user's row at the stand-in. */
  changeUser(login: string, fields: object): Promise<void>;
  /** Everything in both servers that a token request could make, as names. */
  inventory(): Promise<readonly string[]>;
  close(): Promise<void>;
}

export interface FrontLabOptions extends Omit<LabOptions, 'world' | 'wrap'> {
  readonly world?: LabOptions['world'];
  readonly front?: Partial<FrontSettings>;
  /** lets a test come between the front and its dependencies */
  readonly wrapFront?: (deps: FrontDeps) => FrontDeps;
  readonly orphans?: OrphanLabOptions;
  /** the same for what makes the push product */
  readonly wrapReconcile?: LabOptions['wrap'];
}

export async function startFrontLab(options: FrontLabOptions = {}): Promise<FrontLab> {
  let reconcileDeps: ReconcileDeps | null = null;
  const lab = await startLab({
    world: 'a',
    ...options,
    wrap: (deps) => {
      reconcileDeps = options.wrapReconcile?.(deps) ?? deps;
      return reconcileDeps;
    },
  });
  const { directory, settings, acquireLease, ...rest } = expectDeps(reconcileDeps);

  const keys = { private: newKey() };
  const userCalls: SeenCall[] = [];
  const granted: FrontLab['granted'] = [];
  const outcomes: string[] = [];
  const lines: string[] = [];
  let passedMs = 0;
  const write = (level: string) => (message: string, fields?: object) =>
    void lines.push(JSON.stringify({ level, message, ...fields }));
  const log = { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };

  const now = () => performance.now() + passedMs;
  const onFull = () => log.warn('too many failed logins');

  const orphanLab = createOrphanLab(lab, options.orphans);
  const deps: FrontDeps = {
    releaseOrphan: (path, signal) => orphanLab.orphans.release(path, signal),
    settings: {
      realm: 'https://push.example.com/token',
      host: REGISTRY,
      registryHosts: [REGISTRY],
      prefix: settings.prefix,
      pushProduct: settings.pushProduct,
      katelloHost: settings.katelloHost,
      organizationsAllow: settings.organizationsAllow,
      organizationsDeny: settings.organizationsDeny,
      tokenSeconds: 300,
      cacheMs: 30_000,
      subject: null,
      ...options.front,
    },
    users: createKatelloUsers(
      createHttpClient({
        system: 'katello',
        baseUrl: lab.standIn.url,
        credentials: () => ({ kind: 'none' }),
        userAgent: 'kpr/test',
        maxRetries: 0,
        log: (_, { method, url, status }) => void userCalls.push({ method, url, status }),
      }),
    ),
    directory,
    findRepository: (id, signal) => lab.katello.findRepository(id, signal),
    pulp: lab.pulp,
    createPushProduct: (organization, path, signal) =>
      createPushProduct(
        { katello: rest.katello, directory, settings, acquireLease, log },
        { organization, path },
        signal,
      ),
    readKey: () => keys.private,
    onGranted: (push) => void granted.push(push),
    onAnswered: (outcome) => void outcomes.push(outcome),
    log,
    throttle: createThrottle({ now, onFull }),
    now,
    delay: async (ms, signal) => delay(Math.min(ms, 5), undefined, { signal }),
  };
  const server = fastify();
  await server.register(createFront(options.wrapFront?.(deps) ?? deps));

  return {
    lab,
    orphanLab,
    server,
    keys,
    userCalls,
    granted,
    outcomes,
    logged: () => lines.join('\n'),
    passMs: (ms) => {
      passedMs += ms;
      lab.passMs(ms);
    },
    async ask({ as, password, scopes = [], service = REGISTRY, from = '192.0.2.1' }) {
      const query = new URLSearchParams({ service });
      for (const scope of scopes) query.append('scope', scope);
      const headers: Record<string, string> = { 'x-forwarded-for': from };
      if (as !== undefined) headers['authorization'] = basic(as, password ?? `sandbox-${as}`);
      const answer = await server.inject({ url: `/token?${query.toString()}`, headers });
      return read(answer.statusCode, answer.body);
    },
    async create(what, body) {
      const answer = await fetch(`${lab.standIn.url}/katello/api/v2/${what}`, {
        method: 'POST',
        headers: { authorization: basic('admin', 'sandbox-admin'), 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return Made.parse(await answer.json()).id;
    },
    async control(path, body) {
      const answer = await fetch(`${lab.standIn.controlUrl}${path}`, { method: 'POST', body: JSON.stringify(body) });
      if (!answer.ok) throw new Error(`${path} was answered ${answer.status}`);
    },
    async changeUser(login, fields) {
      const url = `${lab.standIn.controlUrl}/world`;
      const world = UsersWorld.parse(await (await fetch(url)).json());
      const users = world.users.map((user) => (user.login === login ? { ...user, ...fields } : user));
      await fetch(url, { method: 'PUT', body: JSON.stringify({ ...world, users }) });
    },
    async inventory() {
      const answer = await fetch(`${lab.standIn.controlUrl}/world`);
      const { organizations, products, roots } = KatelloWorld.parse(await answer.json());
      const { repositories, distributions } = lab.fakePulp.state;
      return [...organizations, ...products, ...roots, ...repositories.values(), ...distributions.values()].map(
        ({ name }) => name,
      );
    },
    async close() {
      await server.close();
      await lab.close();
    },
  };
}

function expectDeps(deps: ReconcileDeps | null): ReconcileDeps {
  if (deps) return deps;
  throw new Error('the lab has no dependencies');
}
