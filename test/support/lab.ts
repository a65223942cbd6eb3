/**
 * A small laboratory for reconciles: an in-memory Pulp, the stand-in for Katello, and the real clients between them and
 * the use case. Redis is replaced by maps; time goes on at once where the use case waits.
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
import { type FakePulp, startFakePulp } from './pulp/fake-pulp.ts';

const RowsAnswer = z.object({
  results: z.array(z.object({ id: z.number(), container_repository_name: z.string().nullable() })),
});
const TagsAnswer = z.object({
  results: z.array(z.object({ name: z.string(), manifest: z.object({ digest: z.string() }) })),
});

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

/** Polls ask again after a moment instead of seconds. */
const soon = (ms: number, signal?: AbortSignal): Promise<void> =>
  delay(Math.min(ms, 5), undefined, signal ? { signal } : {});

const KATELLO = { login: 'kpr', password: 'sandbox-kpr' };

/** A call that reached a server. */
export interface SeenCall {
  readonly method: string;
  /** path and query */
  readonly url: string;
  readonly status: number | null;
}

export interface Lab {
  readonly fakePulp: FakePulp;
  readonly standIn: StandIn;
  readonly pulp: Pulp;
  readonly katello: Katello;
  /** what its reconciles are made of */
  readonly deps: ReconcileDeps;
  /** calls of the reactor itself, not those of Katello to Pulp; a test may empty them */
  readonly calls: { pulp: SeenCall[]; katello: SeenCall[] };
  readonly receipts: Map<string, Receipt>;
  readonly looks: Map<string, number>;
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

export interface LabOptions {
  readonly world: 'a' | 'b';
  readonly katelloVersion?: string;
  readonly settings?: Partial<Settings>;
  /** lets a test come between the use case and its dependencies */
  readonly wrap?: (deps: ReconcileDeps) => ReconcileDeps;
  /** where the reactor reaches a server, given its own URL: a proxy in between [the server itself] */
  readonly reach?: (system: 'pulp' | 'katello', url: string) => Promise<string>;
  /** of the reactor's HTTP clients [no repeats, ordinary limits] */
  readonly client?: Pick<HttpClientOptions, 'maxRetries' | 'limits'>;
}

/** Starts both servers on free ports. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const fakePulp = await startFakePulp({ world: options.world });
  const standIn = await startKatelloStandIn({
    pulp: { url: fakePulp.url, login: fakePulp.login, password: fakePulp.password },
    version: options.katelloVersion ?? '5.0.1',
    seed: Seed.parse(JSON.parse(await readFile(new URL('./katello/seeds/sandbox.json', import.meta.url), 'utf8'))),
  });
  const calls: Lab['calls'] = { pulp: [], katello: [] };
  const clientOf = (system: 'pulp' | 'katello', baseUrl: string, login: string, password: string) =>
    createHttpClient({
      system,
      baseUrl,
      credentials: () => ({ kind: 'basic', login, password }),
      userAgent: 'kpr/test',
      maxRetries: 0,
      ...options.client,
      delay: soon,
      log: (_, { method, url, status }) => void calls[system].push({ method, url, status }),
    });
  const { reach = async (_, url) => url } = options;
  const pulpUrl = await reach('pulp', fakePulp.url);
  const pulp = createPulp(clientOf('pulp', `${pulpUrl}/pulp/`, fakePulp.login, fakePulp.password), { delay: soon });
  const katelloUrl = await reach('katello', standIn.url);
  const katello = createKatello(clientOf('katello', katelloUrl, KATELLO.login, KATELLO.password), { delay: soon });

  let clockMs = Date.parse('2026-01-01T00:00:00Z');
  const receipts = new Map<string, Receipt>();
  const looks = new Map<string, number>();
  const pace = new Map<string, number>();
  const leases = new Set<string>();
  const silent = (): void => undefined;
  const ownDeps: ReconcileDeps = {
    pulp,
    katello,
    directory: createDirectory(katello, { ttlMs: 30_000 }),
    settings: { ...SETTINGS, ...options.settings },
    async acquireLease(name) {
      if (leases.has(name)) return null;
      leases.add(name);
      return { isHeld: () => true, renew: async () => true, release: async () => void leases.delete(name) };
    },
    saveReceipt: async (receipt) => void receipts.set(receipt.path, receipt),
    findReceipt: async (path) => receipts.get(path) ?? null,
    findSeenAt: async () => null,
    findPusher: async () => null,
    readPace: async (path) => pace.get(path) ?? null,
    writePace: async (path, notBefore) => void pace.set(path, notBefore),
    scheduleLook: async (path, at) => void looks.set(path, at),
    log: { debug: silent, info: silent, warn: silent, error: silent },
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
    fakePulp,
    standIn,
    pulp,
    katello,
    deps,
    calls,
    receipts,
    looks,
    passMs: (ms) => {
      clockMs += ms;
    },
    push: (path, tag, what, leaveOut) => push(fakePulp, `kpr.push/${path}`, tag, what, { leaveOut: leaveOut ?? [] }),
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
      await fakePulp.close();
    },
  };
}

/** Asks Katello as a person with a browser would, not by the reactor's client. */
async function ask(url: string, path: string): Promise<unknown> {
  const credential = Buffer.from(`${KATELLO.login}:${KATELLO.password}`).toString('base64');
  const answer = await fetch(`${url}/katello/api/v2/${path}`, { headers: { authorization: `Basic ${credential}` } });
  return answer.json();
}
