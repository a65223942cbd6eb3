/** The smart proxies of a scene, and the use case that sees to them, with what it remembers in maps. */
import { z } from 'zod';
import type { Behind, LastResult, Wish } from '../../../lib/domain/proxy-state.ts';
import { createHttpClient } from '../../../lib/http/client.ts';
import { createKatelloProxies } from '../../../lib/katello/proxies.ts';
import { createProxyRegistries } from '../../../lib/katello/proxy-registry.ts';
import type { LookEnd, ProxyDeps, ProxyStates } from '../../../lib/reconcile/proxies/deps.ts';
import { createProxies, type Proxies } from '../../../lib/reconcile/proxies/proxies.ts';
import type { SeenCall } from '../lab.ts';
import { until } from '../until.ts';
import type { Scene } from './scene.ts';

export interface Mirrors {
  readonly proxies: Proxies;
  /** calls to Katello that this use case made; a test may empty them */
  readonly calls: SeenCall[];
  /** paths that were queued, oldest first */
  readonly queued: string[];
  /** lines of level `error`: the proxy and the reason */
  readonly alarms: { readonly proxy: unknown; readonly reason: unknown }[];
  /** outcomes, oldest first */
  readonly outcomes: string[];
  /** What Redis holds is gone. */
  forget(): void;
  /** One look, once Katello is at rest; at the path of the scene, unless another is named. */
  look(path?: string): Promise<LookEnd>;
  /** Looks until there is no need for another one, however long it takes. @throws Error after 30 looks */
  settle(path?: string): Promise<void>;
  /** Time goes on, here and in Katello. */
  pass(ms: number): Promise<void>;
  /** Digest that a pull of the tag from the proxy gets; null when it gets nothing. */
  pull(proxy: string, tag: string): Promise<string | null>;
  /** Outcome and reason of each proxy in the receipt of the scene. */
  told(): Record<string, string>;
  /** How many syncs of the proxy Katello has run or tried. */
  countSyncs(proxy: string): Promise<number>;
  behave(proxy: string, behaviour: 'ok' | 'failing' | 'unreachable' | 'unlisted'): Promise<void>;
  /** foreman_proxy_content_auto_sync */
  setAutoSync(isOn: boolean): Promise<void>;
  /** Takes a permission from the reactor's account. */
  revoke(permission: string): Promise<void>;
  grant(permission: string): Promise<void>;
}

const Tasks = z.array(z.object({ id: z.string(), label: z.string(), state: z.string() }));
const World = z.looseObject({
  proxies: z.array(z.looseObject({ id: z.number(), name: z.string(), url: z.string() })),
  tasks: z.array(z.looseObject({ label: z.string(), plan: z.looseObject({ proxyId: z.number().optional() }) })),
  users: z.array(
    z.looseObject({ login: z.string(), roles: z.array(z.looseObject({ permissions: z.array(z.string()) })) }),
  ),
});
const ACCOUNT = { login: 'kpr', password: 'sandbox-kpr' };
const PRIMARY = 'foreman.example.com';
const MOST_LOOKS = 30;
const SYNC = 'Actions::Katello::CapsuleContent::Sync';

export interface MirrorOptions {
  /** lets a test come between the use case and its dependencies */
  readonly wrap?: (deps: ProxyDeps) => ProxyDeps;
  readonly mode?: 'auto' | 'off';
}

export function createMirrors(scene: Scene, { wrap = (deps) => deps, mode = 'auto' }: MirrorOptions = {}): Mirrors {
  const { lab } = scene;
  const calls: SeenCall[] = [];
  const alarms: Mirrors['alarms'] = [];
  const outcomes: string[] = [];
  const queued: string[] = [];
  const memory = createMemory();
  let aheadMs = 0;
  const silent = () => undefined;
  const open = (baseUrl: string, isOurs: boolean) =>
    createHttpClient({
      system: 'katello',
      baseUrl,
      credentials: () => (isOurs ? { kind: 'basic', ...ACCOUNT } : { kind: 'none' }),
      userAgent: 'kpr/test',
      maxRetries: 0,
      ...(isOurs && { log: (_, { method, url, status }) => void calls.push({ method, url, status }) }),
    });

  const control = async (call: string, body?: object): Promise<unknown> => {
    const [method = '', path = ''] = call.split(' ');
    const sent = body ? JSON.stringify(body) : null;
    const answer = await fetch(`${lab.standIn.controlUrl}${path}`, { method, body: sent });
    if (!answer.ok) throw new Error(`${call}: ${await answer.text()}`);
    return answer.json();
  };
  const readWorld = async () => World.parse(await control('GET /world'));
  const find = async (name: string) => {
    const proxy = (await readWorld()).proxies.find((row) => row.name === name);
    if (!proxy) throw new Error(`there is no smart proxy ${name}`);
    return proxy;
  };
  const atRest = () =>
    until('the end of all tasks', async () => {
      const tasks = Tasks.parse(await control('GET /tasks'));
      return tasks.every(({ state }) => state === 'stopped' || state === 'paused');
    });
  const change = async (edit: (permissions: string[]) => string[]) => {
    const world = await readWorld();
    const account = world.users.find(({ login }) => login === ACCOUNT.login);
    for (const role of account?.roles ?? []) role.permissions = edit(role.permissions);
    await control('PUT /world', world);
  };
  const pass = async (ms: number) => {
    aheadMs += ms;
    await control('POST /clock', { advanceMs: ms });
  };

  const proxies = createProxies(
    wrap({
      pulp: lab.pulp,
      katello: lab.katello,
      proxies: createKatelloProxies(open(lab.standIn.url, true)),
      registries: createProxyRegistries((url) => open(url, false)),
      states: memory.states,
      findReceipt: async (path) => lab.receipts.get(path) ?? null,
      saveReceipt: async (receipt) => void lab.receipts.set(receipt.path, receipt),
      listPublished: async () => [...lab.receipts.values()].filter(({ state }) => state === 'done'),
      queue: async (path) => void queued.push(path),
      promote: async (path) => void queued.push(path),
      settings: { prefix: lab.deps.settings.prefix, account: ACCOUNT.login, katelloHost: PRIMARY, mode },
      log: {
        debug: silent,
        info: silent,
        warn: silent,
        error: silent,
      },
      onOutcome: (outcome) => void outcomes.push(outcome),
      onFailed: ({ proxy, reason }) => void alarms.push({ proxy, reason }),
      now: () => Date.now() + aheadMs,
    }),
  );
  const look: Mirrors['look'] = async (path = scene.path) => {
    await atRest();
    return proxies.look(path, AbortSignal.timeout(20_000));
  };

  return {
    proxies,
    calls,
    queued,
    alarms,
    outcomes,
    forget: () => memory.forget(),
    look,
    async settle(path) {
      for (let looks = 0; looks < MOST_LOOKS; looks++) {
        const end = await look(path);
        if (end.kind === 'done') return;
        await pass(end.afterMs);
      }
      throw new Error(`the smart proxies were not settled in ${MOST_LOOKS} looks`);
    },
    pass,
    async pull(proxy, tag) {
      const { container_repository_name: name } = await scene.repository();
      const url = `${(await find(proxy)).url}/v2/${name}/manifests/${tag}`;
      const answer = await fetch(url, { method: 'HEAD' }).catch(() => null);
      return answer?.ok ? answer.headers.get('docker-content-digest') : null;
    },
    told: () =>
      Object.fromEntries(scene.receipt().proxies.map(({ name, outcome, reason }) => [name, reason ?? outcome])),
    async countSyncs(proxy) {
      const { id } = await find(proxy);
      return (await readWorld()).tasks.filter(({ label, plan }) => label === SYNC && plan.proxyId === id).length;
    },
    async behave(proxy, behaviour) {
      await control('POST /faults/proxy', { id: (await find(proxy)).id, behaviour });
    },
    setAutoSync: async (value) =>
      void (await control('POST /settings', { name: 'foreman_proxy_content_auto_sync', value })),
    revoke: (permission) => change((held) => held.filter((name) => name !== permission)),
    grant: (permission) => change((held) => [...held, permission]),
  };
}

/** As the store in Redis, for one daemon. */
function createMemory(): { readonly states: ProxyStates; forget(): void } {
  const behind = new Map<string, Behind>();
  const last = new Map<string, LastResult>();
  const wishes = new Map<string, Wish>();
  return {
    forget() {
      for (const map of [behind, last, wishes]) map.clear();
    },
    states: {
      listBehind: async () => [...behind.values()],
      markBehind: async (row) => void behind.set(JSON.stringify([row.proxy, row.path]), row),
      clearBehind: async (proxy, path) => void behind.delete(JSON.stringify([proxy, path])),
      forget: async (path) => {
        for (const [key, row] of behind) if (row.path === path) behind.delete(key);
        wishes.delete(path);
      },
      readLast: async () => new Map(last),
      writeLast: async (proxy, result) => void last.set(proxy, result),
      wish: async (path, wish) => void wishes.set(path, wish),
      findWish: async (path) => wishes.get(path) ?? null,
      listWishes: async () => [...wishes.keys()],
      endWish: async (path, seen) => {
        if (JSON.stringify(wishes.get(path)) === JSON.stringify(seen)) wishes.delete(path);
        return !wishes.has(path);
      },
    },
  };
}
