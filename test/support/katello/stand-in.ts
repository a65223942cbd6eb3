/** Puts the stand-in together and opens its two listeners. */
import { createServer, type Server } from 'node:http';
import { listen, shut } from '../listening.ts';
import { allActions } from './actions/all.ts';
import { hasRegistry } from './actions/mirror-repository.ts';
import type { App } from './app.ts';
import { createFaults } from './control/faults.ts';
import { createGates } from './control/gates.ts';
import { createControlListener } from './control/server.ts';
import { createAuthenticator } from './http/authenticate.ts';
import { createProxyRegistryListener } from './http/proxy-registry.ts';
import { createRegistryListener, isForRegistry } from './http/registry.ts';
import { createListener } from './http/server.ts';
import { createLatency, type LatencyName } from './latency.ts';
import { createPulpClient, type PulpTarget } from './pulp/client.ts';
import { createRoutes } from './routes.ts';
import { settingValue } from './rules/settings.ts';
import type { World } from './state/rows.ts';
import { createWorld, type SeedInput } from './state/seed.ts';
import { openStore } from './state/store.ts';
import { type Action, createTaskEngine } from './tasks/engine.ts';
import { traitsOf } from './traits.ts';

export interface StandInOptions {
  readonly pulp: PulpTarget;
  /** Katello's version, `5.0.1` */
  readonly version: string;
  /** what the installation starts with, where no state file exists yet */
  readonly seed?: SeedInput;
  /** file that keeps the state; none: it ends with the process */
  readonly statePath?: string;
  /** [fast] */
  readonly latency?: LatencyName;
  /** [127.0.0.1, a free port] */
  readonly listen?: Address;
  readonly control?: Address;
  /** base of the URLs in texts [https://foreman.example.com] */
  readonly foremanUrl?: string;
}

export interface Address {
  readonly host: string;
  readonly port: number;
}

export interface StandIn {
  readonly url: string;
  readonly controlUrl: string;
  /** Ends everything and writes the state file once more. Unfinished tasks go on when the file is opened again. */
  close(): Promise<void>;
}

/** Starts a stand-in for Foreman and Katello. @throws for a bad version, seed or address */
export async function startKatelloStandIn(options: StandInOptions): Promise<StandIn> {
  const traits = traitsOf(options.version);
  let clockOffsetMs = 0;
  const now = (): Date => new Date(Date.now() + clockOffsetMs);
  const moveClock = (advanceMs: number): void => {
    clockOffsetMs += advanceMs;
  };
  const stopping = new AbortController();
  const firstWorld = await createWorld(options.seed ?? {}, now());
  const proxyServers = await openProxyRegistries(firstWorld, () => app.world);
  const store = await openStore(options.statePath ?? null, () => structuredClone(firstWorld));
  const latency = createLatency(options.latency ?? 'fast');
  const faults = createFaults();
  const gates = createGates();
  const foremanUrl = (options.foremanUrl ?? 'https://foreman.example.com').replace(/\/+$/, '');
  const actions: Action[] = [];
  const tasks = createTaskEngine({
    store,
    actions,
    latency,
    now,
    foremanUrl,
    beforeStep: async (task, step, signal) => {
      await gates.passStep(task, step, signal);
      faults.checkStep(task, step);
    },
    beforePlanned: (signal) => gates.passPlanning(signal),
  });
  const app: App = {
    store,
    world: store.world,
    traits,
    latency,
    pulp: createPulpClient(options.pulp),
    faults,
    gates,
    foremanUrl,
    now,
    signal: stopping.signal,
    tasks,
    registryUrl: () => url,
  };
  actions.push(...allActions(app));
  const authenticator = createAuthenticator({
    world: store.world,
    now: () => now().getTime(),
    failureLimit: () => Number(settingValue(store.world, 'failed_login_attempts_limit')),
  });
  const reset = async (): Promise<void> => {
    await tasks.abandon();
    faults.reset();
    gates.releaseTasks();
    gates.releasePlanning();
    authenticator.reset();
    store.replace(structuredClone(firstWorld));
  };

  const api = createListener(app, createRoutes(app), authenticator);
  const registry = createRegistryListener(options.pulp);
  const server = createServer((request, response) => (isForRegistry(request) ? registry : api)(request, response));
  const controlServer = createServer(createControlListener({ app, reset, moveClock }));
  const url = await open(server, options.listen);
  const controlUrl = await open(controlServer, options.control);
  tasks.recover();

  return {
    url,
    controlUrl,
    async close() {
      await tasks.stop();
      stopping.abort();
      await Promise.all([server, controlServer, ...proxyServers].map(shut));
      await store.flush();
    },
  };
}

/**
 * Opens a registry for each smart proxy whose seed says `http://127.0.0.1:0`, and puts its address into the world. With a
 * state file give such a proxy a port of its own, or it is another after a restart.
 */
async function openProxyRegistries(firstWorld: World, readWorld: () => World): Promise<Server[]> {
  const servers: Server[] = [];
  for (const proxy of firstWorld.proxies.filter(hasRegistry)) {
    const find = () => {
      const world = readWorld();
      return { world, proxy: world.proxies.find(({ id }) => id === proxy.id) };
    };
    const server = createServer(createProxyRegistryListener(find));
    const { hostname: host, port } = new URL(proxy.url);
    proxy.url = await open(server, { host, port: Number(port) });
    servers.push(server);
  }
  return servers;
}

async function open(server: Server, { host, port: wanted }: Address = { host: '127.0.0.1', port: 0 }): Promise<string> {
  const port = await listen(server, wanted, host);
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
