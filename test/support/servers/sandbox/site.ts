/** The place of a sandbox on disk, and the servers that belong to it. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { WEB_SERVER } from '../../web-server/web-site.ts';
import { PROJECT } from '../install.ts';
import { withLock } from '../lock.ts';
import { isBlank, recall, remember } from '../memory.ts';
import type { World } from '../pins.ts';
import { ServerProblem } from '../problem.ts';
import { findServer, type Site, stopServer } from '../process.ts';
import { PULP_PROCESSES } from '../pulp.ts';
import { PUSH_API } from '../push-api.ts';

/** A site that outlives the command: one for each world. */
export interface SandboxSite extends Site {
  readonly world: World;
}

/** Names of all servers, in the order in which they start; ended in the opposite order. */
export const SERVER_NAMES = [
  'postgres',
  'redis',
  ...PULP_PROCESSES,
  'katello',
  PUSH_API,
  'reactor',
  WEB_SERVER,
] as const;

/** Of the state on disk: another number means that it cannot be taken over. */
const LAYOUT = 2;

/** The site of this world below `.sandbox/`. */
export function siteOf(world: World, signal?: AbortSignal): SandboxSite {
  return { world, dir: join(PROJECT, '.sandbox', world), isTemporary: false, signal };
}

/** Runs `work` unless another command changes this sandbox just now. @throws ServerProblem then */
export function withSandbox<T>(site: SandboxSite, work: () => Promise<T>): Promise<T> {
  return withLock(`${site.dir}.lock`, work, { isImpatient: true, signal: site.signal });
}

/** Marks a new sandbox as one of ours. @throws ServerProblem for one that another version of this project made */
export function claimLayout(site: SandboxSite): void {
  if (isBlank(site.dir)) remember(site.dir, 'layout', LAYOUT);
  if (recall(site.dir, 'layout') !== LAYOUT) throw oldLayout(site);
}

/** Says that the state on disk cannot be read, and what to do. */
export function oldLayout({ dir, world }: SandboxSite): ServerProblem {
  return new ServerProblem(
    `${dir} was made by another version of this project`,
    `Its images are lost with it: ./scripts/sandbox reset --world ${world}`,
  );
}

/** Names of the servers that run. */
export async function listRunning(site: Site): Promise<string[]> {
  const running: string[] = [];
  for (const name of SERVER_NAMES) if ((await findServer(site, name)) !== null) running.push(name);
  return running;
}

/** @throws ServerProblem unless every server runs */
export async function expectUp(site: SandboxSite): Promise<void> {
  const running = await listRunning(site);
  const down = SERVER_NAMES.filter((name) => !running.includes(name));
  if (down.length === 0) return;
  throw new ServerProblem(`not running: ${down.join(', ')}`, `./scripts/sandbox up --world ${site.world}`);
}

/** Ends every server but those named in `but`; answers the names of those that ran. */
export async function stopServers(site: Site, but: readonly string[] = []): Promise<string[]> {
  const stopped: string[] = [];
  for (const name of await listServers(site)) {
    if (!but.includes(name) && (await stopServer(site, name))) stopped.push(name);
  }
  return stopped;
}

/** In the order in which they end; first those that another version of this project started. */
async function listServers(site: Site): Promise<string[]> {
  const known: readonly string[] = SERVER_NAMES.toReversed();
  const files = await readdir(join(site.dir, 'run')).catch(() => []);
  const started = files.filter((file) => file.endsWith('.json')).map((file) => file.slice(0, -'.json'.length));
  return [...started.filter((name) => !known.includes(name)), ...known];
}
