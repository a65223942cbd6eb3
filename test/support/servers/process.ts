/**
 * Servers as processes of their own: each has a log file and a pid file in the directory of its world, and is found
 * again by a later command. A process is only ever signalled while it is provably the one that was started.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import { serverEnvironment } from './environment.ts';
import { ServerProblem } from './problem.ts';
import { waitFor } from './wait.ts';

/** Where servers live, and for how long. */
export interface Site {
  /** absolute; logs stand in `log/`, pid files in `run/` */
  readonly dir: string;
  /** true: servers end with this process, even if it is killed; false: they outlive it */
  readonly isTemporary: boolean;
  readonly signal?: AbortSignal | undefined;
}

export interface ServerSpec {
  /** name of its log and pid file */
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** on top of `serverEnvironment` */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** options of setpriv(1) for a server that must not run as root */
  readonly privileges?: readonly string[];
  /** names the code behind the command, where that can change without its path */
  readonly revision?: string;
  /** asks it to end in good order; default SIGTERM */
  readonly stopSignal?: 'SIGTERM' | 'SIGINT';
}

/** A server that was started and may still run. */
const ServerProcess = z.object({
  name: z.string(),
  pid: z.number(),
  /** boot and start time of the process: a pid alone may belong to somebody else by now */
  identity: z.string(),
  /** of command, arguments and environment: a server whose spec changed has to be started anew */
  fingerprint: z.string(),
  stopSignal: z.enum(['SIGTERM', 'SIGINT']),
  /** path of its log file */
  log: z.string(),
});
export type ServerProcess = Readonly<z.infer<typeof ServerProcess>>;

/** How long a server may take to end in good order before it is killed. */
const GRACE_MS = 20_000;

/** Starts the server, or leaves it alone if the same one runs already. */
export async function ensureServer(site: Site, spec: ServerSpec): Promise<ServerProcess & { readonly isNew: boolean }> {
  const running = await findServer(site, spec.name);
  if (running?.fingerprint === fingerprintOf(spec)) return { ...running, isNew: false };

  if (running !== null) await stopServer(site, spec.name);
  return { ...(await startServer(site, spec)), isNew: true };
}

/** The server of this name if it runs, else null. */
export async function findServer(site: Site, name: string): Promise<ServerProcess | null> {
  const text = await readFile(pidFileOf(site, name), 'utf8').catch(() => null);
  if (text === null) return null;
  const server = ServerProcess.parse(JSON.parse(text));
  return isRunning(server) ? server : null;
}

/** True while this very process runs. */
export function isRunning(server: ServerProcess): boolean {
  return identityOf(server.pid) === server.identity;
}

/** Ends the server in good order, or by force after 20 s; answers false if it was not running. */
export async function stopServer(site: Site, name: string): Promise<boolean> {
  const server = await findServer(site, name);
  if (server !== null) {
    process.kill(server.pid, server.stopSignal);
    await waitForEnd(server).catch(() => killServer(server));
  }
  await rm(pidFileOf(site, name), { force: true });
  return server !== null;
}

/** Ends the server and its children at once, as a crash would. */
export async function killServer(server: ServerProcess): Promise<void> {
  // Each server leads a process group of its own.
  if (isRunning(server)) process.kill(-server.pid, 'SIGKILL');
  await waitForEnd(server);
}

/** The last lines that the server wrote. */
async function readLogTail(server: ServerProcess, lines: number): Promise<string> {
  const text = await readFile(server.log, 'utf8').catch(() => '');
  return text.trimEnd().split('\n').slice(-lines).join('\n');
}

/** @throws ServerProblem with the end of its log if one of the servers has ended */
export async function expectRunning(servers: readonly ServerProcess[]): Promise<void> {
  for (const server of servers) {
    if (isRunning(server)) continue;
    const tail = await readLogTail(server, 15);
    throw new ServerProblem(`${server.name} ended right after its start:\n${tail}`, `All of its log: ${server.log}`);
  }
}

async function startServer(site: Site, spec: ServerSpec): Promise<ServerProcess> {
  const stopSignal = spec.stopSignal ?? 'SIGTERM';
  const log = join(site.dir, 'log', `${spec.name}.log`);
  const pidFile = pidFileOf(site, spec.name);
  await mkdir(dirname(log), { recursive: true });
  await mkdir(dirname(pidFile), { recursive: true });

  const privileges = [...(spec.privileges ?? [])];
  if (site.isTemporary) privileges.push('--pdeathsig', stopSignal.replace('SIG', ''));
  const whole = [...(privileges.length > 0 ? ['setpriv', ...privileges, '--'] : []), spec.command, ...spec.args];
  const [command = spec.command, ...args] = whole;

  const output = openSync(log, 'a');
  const child = spawn(command, args, {
    detached: true,
    stdio: ['ignore', output, output],
    env: serverEnvironment(spec.env),
    cwd: spec.cwd ?? site.dir,
  });
  closeSync(output);
  await once(child, 'spawn').catch((error: unknown) => {
    throw new ServerProblem(`${command} cannot be started`, '', { cause: error });
  });
  child.unref();

  const pid = child.pid ?? 0;
  const fingerprint = fingerprintOf(spec);
  const server = { name: spec.name, pid, identity: identityOf(pid) ?? '', fingerprint, stopSignal, log };
  await writeFile(`${pidFile}.new`, `${JSON.stringify(server)}\n`, { mode: 0o600 });
  await rename(`${pidFile}.new`, pidFile);
  return server;
}

function waitForEnd(server: ServerProcess): Promise<true> {
  const look = async (): Promise<true | undefined> => (isRunning(server) ? undefined : true);
  return waitFor(`the end of ${server.name}`, look, { timeoutMs: GRACE_MS, gapMs: 50 });
}

function pidFileOf(site: Site, name: string): string {
  return join(site.dir, 'run', `${name}.json`);
}

function fingerprintOf(spec: ServerSpec): string {
  const parts = [
    spec.command,
    spec.args,
    Object.entries(spec.env ?? {}),
    spec.cwd ?? '',
    spec.privileges ?? [],
    spec.revision ?? '',
  ];
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex');
}

/** Tells one process from every other, or null when it does not run. */
function identityOf(pid: number): string | null {
  const start = findStart(pid);
  return start && `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}/${start}`;
}

/** When the process started, in clock ticks since boot, or null when it does not run. */
export function findStart(pid: number): string | null {
  try {
    // proc(5): behind the name in parentheses come the state, field 3, and at last the start, field 22.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? [];
    return fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
  } catch {
    return null;
  }
}
