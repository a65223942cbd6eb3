/**
 * A small laboratory for reconciles: a Pulp (in memory, or a given one), the stand-in for Katello, and the real clients
 * between them and the use case. Redis is replaced by maps; time goes on at once where the use case waits.
 */
import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import type { Receipt } from '../../lib/domain/receipt.ts';
import { ReactorError } from '../../lib/errors.ts';
import { createHttpClient } from '../../lib/http/client.ts';
import type { HttpClientOptions } from '../../lib/http/options.ts';
import { createDirectory } from '../../lib/katello/directory.ts';
import { createKatello } from '../../lib/katello/endpoints.ts';
import type { Katello } from '../../lib/katello/katello.ts';
import { createPulp } from '../../lib/pulp/endpoints.ts';
import type { Pulp } from '../../lib/pulp/pulp.ts';
import type { ReconcileDeps, Settings } from '../../lib/reconcile/deps.ts';
import type { Outcome } from '../../lib/reconcile/outcome.ts';
import { createReconciler } from '../../lib/reconcile/reconcile.ts';
import type { Pushable } from './image/image.ts';
import { push } from './image/push.ts';
import { type StandIn, startKatelloStandIn } from './katello/stand-in.ts';
import { Seed } from './katello/state/seed.ts';
import type { PulpServer } from './pulp/client.ts';
import { type FakePulp, startFakePulp } from './pulp/fake-pulp.ts';

const RowsAnswer = z.object({
  results: z.array(z.object({ id: z.number(), container_repository_name: z.string().nullable() })),
});
const TagsAnswer = z.object({
  results: z.array(z.object({ name: z.string(), manifest: z.object({ digest: z.string() }) })),
});

const SEED = new URL('./katello/seeds/sandbox.json', import.meta.url);

const SETTINGS: Settings = {
  prefix: 'kpr.push',
  pushProduct: 'Container Push',
  mayCreatePushProduct: true,
  policy: 'full',
  superseded: 'auto',
  organizationsAllow: [],
  organizationsDeny: [],
  katelloHost: 'katello.example.com',
};

const KATELLO = { login: 'kpr', password: 'sandbox-kpr' };

/** A call that reached a server. */
export interface SeenCall {
  readonly method: string;
  /** path and query */
  readonly url: string;
  readonly status: number | null;
}

/** A log line of level `error`. */
export interface Alarm {
  readonly message: string;
  readonly fields: Readonly<Record<string, unknown>>;
}

export interface LabOnPulp {
  /** the Pulp, as its administrator */
  readonly server: PulpServer;
  readonly standIn: StandIn;
  /** label of the organization that may be pushed to; its product is `web` */
  readonly organization: string;
  readonly pulp: Pulp;
  readonly katello: Katello;
  /** what its reconciles are made of */
  readonly deps: ReconcileDeps;
  /** calls of the reactor itself, not those of Katello to Pulp; a test may empty them */
  readonly calls: Readonly<Record<'pulp' | 'katello', SeenCall[]>>;
  readonly receipts: Map<string, Receipt>;
  readonly looks: Map<string, number>;
  /** what the reactor said a person must act on, oldest first */
  readonly alarms: Alarm[];
  /** alarms that last, by path */
  readonly raisedAlarms: ReadonlyMap<string, string>;
  /** paths whose reconciles met no Katello repository any more, oldest first */
  readonly orphaned: string[];
  /** moves the clock of the reactor */
  passMs(ms: number): void;
  /** Pushes under the reserved prefix. */
  push(path: string, tag: string, what: Pushable, leaveOut?: readonly string[]): Promise<void>;
  /** One run, as a worker makes it, with the pace of an earlier one forgotten. */
  reconcile(path: string): Promise<Outcome>;
  /** Runs until none has to come again, as the queue does. @throws what ends a job; Error after 100 runs */
  settle(path: string): Promise<Outcome>;
  plan: ReturnType<typeof createReconciler>['plan'];
  /** Digest by tag as Katello lists them, of the repository with this container name; null when there is none. */
  listed(containerName: string): Promise<Record<string, string> | null>;
  close(): Promise<void>;
}

/** A lab with a Pulp of its own, in memory. */
export interface Lab extends LabOnPulp {
  readonly fakePulp: FakePulp;
}

export interface LabOnPulpOptions {
  readonly katelloVersion?: string;
  /**
   * Appended to the labels of the sandbox's organizations and to the reserved prefix: makes every name of this lab its own
   * in a Pulp that others use too. Lower case letters and digits [none]
   */
  readonly suffix?: string;
  /** true: asks after tasks a few times a second at most, because a real Pulp needs its time for them [false] */
  readonly isPatient?: boolean;
  readonly settings?: Partial<Settings>;
  /** names of smart proxies that carry Library and have a registry, in place of the sandbox's, which is a row only */
  readonly proxies?: readonly string[];
  /** lets a test come between the use case and its dependencies */
  readonly wrap?: (deps: ReconcileDeps) => ReconcileDeps;
  /** where the reactor reaches a server, given its own URL: a proxy in between [the server itself] */
  readonly reach?: (system: 'pulp' | 'katello', url: string) => Promise<string>;
  /** of the reactor's HTTP clients [no repeats, ordinary limits] */
  readonly client?: Pick<HttpClientOptions, 'maxRetries' | 'limits'>;
}

export interface LabOptions extends LabOnPulpOptions {
  readonly world: 'a' | 'b';
}

/** Starts both servers on free ports. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const fakePulp = await startFakePulp({ world: options.world });
  const lab = await startLabOn(fakePulp, options);
  return {
    ...lab,
    fakePulp,
    async close() {
      await lab.close();
      await fakePulp.close();
    },
  };
}

/** Starts the stand-in for Katello in front of a Pulp that runs, and that goes on when the lab is closed. */
export async function startLabOn(server: PulpServer, options: LabOnPulpOptions): Promise<LabOnPulp> {
  const { login, password } = server;
  const { suffix = '', isPatient = false } = options;
  const longestPauseMs = isPatient ? 200 : 5;
  const settings: Settings = { ...SETTINGS, prefix: `${SETTINGS.prefix}${suffix}`, ...options.settings };
  const standIn = await startKatelloStandIn({
    pulp: { url: server.url, login, password },
    version: options.katelloVersion ?? '5.0.1',
    latency: isPatient ? 'patient' : 'fast',
    seed: await readSeed(suffix, options.proxies),
  });
  /** Polls ask again after a moment instead of seconds. */
  const soon = (ms: number, signal?: AbortSignal): Promise<void> =>
    delay(Math.min(ms, longestPauseMs), undefined, signal ? { signal } : {});
  const calls: LabOnPulp['calls'] = { pulp: [], katello: [] };
  const clientOf = (system: 'pulp' | 'katello', baseUrl: string, account: typeof KATELLO) =>
    createHttpClient({
      system,
      baseUrl,
      credentials: () => ({ kind: 'basic', ...account }),
      userAgent: 'kpr/test',
      maxRetries: 0,
      ...options.client,
      delay: soon,
      log: (_, { method, url, status }) => void calls[system].push({ method, url, status }),
    });
  const { reach = async (_, url) => url } = options;
  const pulp = createPulp(clientOf('pulp', `${await reach('pulp', server.url)}/pulp/`, { login, password }), {
    delay: soon,
  });
  const katello = createKatello(clientOf('katello', await reach('katello', standIn.url), KATELLO), { delay: soon });

  let clockMs = Date.parse('2026-01-01T00:00:00Z');
  const receipts = new Map<string, Receipt>();
  const looks = new Map<string, number>();
  const alarms: Alarm[] = [];
  const orphaned: string[] = [];
  const raisedAlarms = new Map<string, string>();
  const pace = new Map<string, number>();
  const leases = new Set<string>();
  const silent = (): void => undefined;
  const ownDeps: ReconcileDeps = {
    pulp,
    katello,
    directory: createDirectory(katello, { ttlMs: 30_000 }),
    settings,
    async acquireLease(name) {
      if (leases.has(name)) return null;
      leases.add(name);
      return { isHeld: () => true, renew: async () => true, release: async () => void leases.delete(name) };
    },
    saveReceipt: async (receipt) => void receipts.set(receipt.path, receipt),
    findReceipt: async (path) => receipts.get(path) ?? null,
    findSeenAt: async () => null,
    findOrigin: async () => ({ kind: 'push', user: null, note: null }),
    readPace: async (path) => pace.get(path) ?? null,
    writePace: async (path, notBefore) => void pace.set(path, notBefore),
    scheduleLook: async (path, at) => void looks.set(path, at),
    onOrphaned: async (path) => void orphaned.push(path),
    settleAlarm: async (path, raised) => {
      const before = raisedAlarms.get(path);
      if (raised) raisedAlarms.set(path, raised.alarm);
      else raisedAlarms.delete(path);
      return before !== raised?.alarm;
    },
    log: {
      debug: silent,
      info: silent,
      warn: silent,
      error: (message, fields = {}) => void alarms.push({ message, fields }),
    },
    onStage: silent,
    onPublished: silent,
    now: () => clockMs,
    delay: soon,
  };
  const deps = options.wrap?.(ownDeps) ?? ownDeps;
  const reconciler = createReconciler(deps);
  const stopping = new AbortController();

  async function reconcile(path: string): Promise<Outcome> {
    pace.delete(path);
    return reconciler.reconcile(path, { runId: 'test', isLastAttempt: false, signal: stopping.signal });
  }

  return {
    server,
    standIn,
    organization: `acme${suffix}`,
    pulp,
    katello,
    deps,
    calls,
    receipts,
    looks,
    alarms,
    raisedAlarms,
    orphaned,
    passMs: (ms) => {
      clockMs += ms;
    },
    push: (path, tag, what, leaveOut) =>
      push(server, `${settings.prefix}/${path}`, tag, what, { leaveOut: leaveOut ?? [] }),
    reconcile,
    async settle(path) {
      for (let runs = 0; runs < 100; runs++) {
        const outcome = await reconcile(path).catch((error: unknown) => {
          if (error instanceof ReactorError && ['retry', 'replan'].includes(error.disposition)) return null;
          throw error;
        });
        if (outcome?.kind === 'done') return outcome;
        await soon(outcome?.afterMs ?? 0);
      }
      throw new Error(`${path} was not settled in 100 runs`);
    },
    plan: (path, signal) => reconciler.plan(path, signal),
    async listed(containerName) {
      const { results } = RowsAnswer.parse(await ask(standIn.url, 'repositories?content_type=docker&full_result=true'));
      const row = results.find(({ container_repository_name: name }) => name === containerName);
      if (!row) return null;
      const tags = TagsAnswer.parse(await ask(standIn.url, `docker_tags?repository_id=${row.id}&full_result=true`));
      return Object.fromEntries(tags.results.map(({ name, manifest }) => [name, manifest.digest]));
    },
    async close() {
      stopping.abort();
      await standIn.close();
    },
  };
}

/** The seed of the sandbox, with organizations of its own. */
export async function readSeed(suffix: string, proxies?: readonly string[]): Promise<Seed> {
  const text = await readFile(SEED, 'utf8');
  const seed = Seed.parse(JSON.parse(text.replace(/"(acme|globex)"/g, `"$1${suffix}"`)));
  if (!proxies) return seed;
  const url = 'http://127.0.0.1:0';
  const own = proxies.map((name) => ({ name, url, primary: false, libraries: [`acme${suffix}`] }));
  return { ...seed, proxies: [...seed.proxies.filter(({ primary }) => primary), ...own] };
}

/** Asks Katello as a person with a browser would, not by the reactor's client. */
async function ask(url: string, path: string): Promise<unknown> {
  const credential = Buffer.from(`${KATELLO.login}:${KATELLO.password}`).toString('base64');
  const answer = await fetch(`${url}/katello/api/v2/${path}`, { headers: { authorization: `Basic ${credential}` } });
  return answer.json();
}
