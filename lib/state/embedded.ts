/**
 * The private Redis of a daemon that was given no REDIS_URL: on a unix socket in the state directory, append-only,
 * never evicting, started again when it dies, gone when the daemon is gone.
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ConfigError, TransportError } from '../errors.ts';
import { NO_SERVER, type ServerProcess, startServer } from './server-process.ts';

interface Log {
  warn(message: string, fields?: Record<string, unknown>): void;
}

export interface Embedded {
  readonly socket: string;
  /** Lets the server write its data and waits until it is gone. */
  stop(): Promise<void>;
}

/** `sun_path` of a unix socket address on Linux, without the final zero. */
const LONGEST_SOCKET = 107;
const START_MS = 60_000;
const LEFTOVER_MS = 15_000;
const ANSWER_MS = 1000;
const LOOK_MS = 50;
const RESTART_MS = 500;
const LONGEST_RESTART_MS = 30_000;

/**
 * Starts the server and waits until it answers. Data that it cannot read is moved aside: it holds intent and history
 * only, and a resync finds the intent again.
 *
 * @throws E_CONFIG when no server is installed, or the state directory cannot be used
 * @throws E_TRANSPORT when it does not start
 */
export async function openEmbedded(stateDir: string, log: Log, signal: AbortSignal): Promise<Embedded> {
  const dir = join(stateDir, 'redis');
  const socket = join(dir, 'redis.sock');
  checkLength(socket);
  await makeDir(join(dir, 'data'));
  await endLeftover(socket, signal);

  const stopping = new AbortController();
  let server = await startOrMoveAside(dir, log, signal);
  const supervise = async () => {
    while (!stopping.signal.aborted) {
      const { code, said } = await server.exited;
      if (stopping.signal.aborted) return;
      log.warn('embedded redis died, starting it again', { exitCode: code, said });
      server = await startAgain(dir, log, stopping.signal);
    }
  };
  const supervision = supervise().catch(() => undefined); // only stopping ends it

  return {
    socket,
    stop: async () => {
      stopping.abort();
      await server.stop();
      await supervision;
    },
  };
}

async function startOrMoveAside(dir: string, log: Log, signal: AbortSignal): Promise<ServerProcess> {
  const first = await tryStart(dir, signal);
  if ('server' in first) return first.server;

  const data = join(dir, 'data');
  const aside = join(dir, `unreadable-${new Date().toISOString().replaceAll(':', '')}`);
  await rename(data, aside);
  await makeDir(data);
  const second = await tryStart(dir, signal);
  if ('server' in second) {
    log.warn('embedded redis could not read its data: it starts empty, the resync queues again what is due', {
      movedTo: aside,
      said: first.said,
    });
    return second.server;
  }
  await rm(data, { recursive: true }); // the data was not to blame
  await rename(aside, data);
  throw new TransportError('redis', `the embedded server does not start: ${second.said}`);
}

/** Tries until it stands or the daemon stops; says only once why not. */
async function startAgain(dir: string, log: Log, signal: AbortSignal): Promise<ServerProcess> {
  for (let waitMs = RESTART_MS; ; waitMs = Math.min(waitMs * 2, LONGEST_RESTART_MS)) {
    await delay(waitMs, undefined, { signal });
    try {
      return await startOrMoveAside(dir, log, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (waitMs === RESTART_MS) log.warn('embedded redis does not start again, trying on', { error });
    }
  }
}

/** Waits until the server has read its data and answers, or is gone again. */
async function tryStart(dir: string, signal: AbortSignal): Promise<{ server: ServerProcess } | { said: string }> {
  const server = startServer(argumentsFor(dir));
  const isSettled = async () =>
    !server.isRunning() || (await ask(join(dir, 'redis.sock'), 'PING'))?.startsWith('+PONG') === true;
  const hasSettled = await waitUntil(isSettled, START_MS, signal).catch(() => false);
  if (hasSettled && server.isRunning()) return { server };

  await server.stop();
  signal.throwIfAborted();
  const { code, said } = await server.exited;
  if (code === NO_SERVER) {
    throw new ConfigError('REDIS_URL: is required, because neither valkey-server nor redis-server is on PATH');
  }
  return { said };
}

function argumentsFor(dir: string): string[] {
  const options = {
    port: '0',
    unixsocket: join(dir, 'redis.sock'),
    unixsocketperm: '700',
    dir: join(dir, 'data'),
    appendonly: 'yes',
    appendfsync: 'everysec',
    save: '', // the append-only file is enough
    'maxmemory-policy': 'noeviction',
    daemonize: 'no',
    loglevel: 'warning',
  };
  return Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
}

/** The server of a daemon that was killed may need a moment to write its data. */
async function endLeftover(socket: string, signal: AbortSignal): Promise<void> {
  if ((await ask(socket, 'PING')) === null) return;
  await ask(socket, 'SHUTDOWN');
  const isGone = async () => (await ask(socket, 'PING')) === null;
  if (await waitUntil(isGone, LEFTOVER_MS, signal)) return;
  throw new TransportError('redis', `another server listens on ${socket} and does not stop`);
}

/** The first line of the answer; empty when the server is silent, null when there is none. */
async function ask(socket: string, command: 'PING' | 'SHUTDOWN'): Promise<string | null> {
  const connection = connect(socket, () => connection.write(`${command}\r\n`));
  try {
    return await new Promise((resolve) => {
      connection.setTimeout(ANSWER_MS, () => resolve(''));
      connection.once('data', (chunk) => resolve(chunk.toString()));
      connection.on('error', () => resolve(null)).once('close', () => resolve(null));
    });
  } finally {
    connection.destroy();
  }
}

async function waitUntil(isTrue: () => Promise<boolean>, timeoutMs: number, signal: AbortSignal): Promise<boolean> {
  for (const end = Date.now() + timeoutMs; Date.now() < end; ) {
    if (await isTrue()) return true;
    await delay(LOOK_MS, undefined, { signal });
  }
  return false;
}

async function makeDir(dir: string): Promise<void> {
  try {
    await mkdir(dir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw new ConfigError(`KPR_STATE_DIR: ${dir} cannot be made`, { cause: error });
  }
}

function checkLength(socket: string): void {
  const bytes = Buffer.byteLength(socket);
  if (bytes <= LONGEST_SOCKET) return;
  throw new ConfigError(`KPR_STATE_DIR: is too long: the socket ${socket} has ${bytes} bytes, ${LONGEST_SOCKET} fit`);
}
