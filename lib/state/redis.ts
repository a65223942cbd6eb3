/**
 * The way to Redis, given by REDIS_URL or embedded: one client that fails soon, and further ones that wait.
 */
import { readFile } from 'node:fs/promises';
import { Cluster, Redis, type RedisOptions } from 'ioredis';
import { ConfigError } from '../errors.ts';
import { type Embedded, openEmbedded } from './embedded.ts';
import { parseRedisUrl, type RedisTarget } from './redis-url.ts';

export type RedisClient = Redis | Cluster;

export interface RedisHandle {
  readonly kind: 'given' | 'embedded';
  /** Its commands fail after five seconds without an answer. Shared; nobody but the handle closes it. */
  readonly client: RedisClient;
  /** False for a provider that forbids INFO: BullMQ must then not ask for the version. */
  readonly tellsVersion: boolean;
  /** A new client whose commands wait until Redis is back, as blocking reads need. Closed with the handle. */
  connect(): RedisClient;
  isUp(): boolean;
  /** Since when it has been away, and why; null while it is up. */
  outage(): { readonly since: Date; readonly error: string } | null;
  close(): Promise<void>;
}

export interface RedisDeps {
  /** REDIS_URL; null: embedded in the state directory */
  readonly url: string | null;
  readonly stateDir: string;
  /** extra certificate authorities for rediss:// */
  readonly caFile: string | null;
  readonly log: Record<'info' | 'warn', (message: string, fields?: Record<string, unknown>) => void>;
}

type Options = RedisOptions & { replyMapping: 'legacy' };

const COMMAND_MS = 5000;
const LONGEST_RECONNECT_MS = 2000;

/**
 * Connects, waits as long as it takes, and makes sure that Redis evicts nothing.
 *
 * @throws E_CONFIG for a bad REDIS_URL, an eviction policy, or an embedded server that cannot be
 * @throws E_TRANSPORT when the embedded server does not start
 */
export async function openRedis({ url, stateDir, caFile, log }: RedisDeps, signal: AbortSignal): Promise<RedisHandle> {
  const given = url === null ? null : parseRedisUrl(url);
  const ca = caFile === null ? null : await readFile(caFile, 'utf8');
  const embedded = given === null ? await openEmbedded(stateDir, log, signal) : null;
  const target = given ?? { kind: 'unix', path: embedded?.socket ?? '' };

  const client = createClient(target, ca, { commandTimeout: COMMAND_MS });
  const outage = watch(client, log);
  const clients = [client];
  const handle = {
    kind: embedded ? ('embedded' as const) : ('given' as const),
    client,
    connect: () => {
      const another = createClient(target, ca, {});
      another.on('error', () => undefined); // the watched one reports for all
      clients.push(another);
      return another;
    },
    isUp: () => client.status === 'ready',
    outage,
    close: () => closeAll(clients, embedded),
  };
  try {
    await untilReady(client, signal);
    return { ...handle, tellsVersion: await checkServer(client, log) };
  } catch (error) {
    await handle.close();
    throw error;
  }
}

function createClient(target: RedisTarget, ca: string | null, extra: RedisOptions): RedisClient {
  const tls = ca === null ? {} : { ca };
  const common: Options = {
    ...extra,
    replyMapping: 'legacy', // the shapes that BullMQ reads
    maxRetriesPerRequest: null,
    retryStrategy: (times) => Math.min(times * 100, LONGEST_RECONNECT_MS),
    reconnectOnError: ({ message }) => (message.startsWith('READONLY') ? 2 : false), // a demoted primary
  };
  switch (target.kind) {
    case 'unix':
      return new Redis({ ...common, path: target.path });
    case 'tcp': {
      const { host, port, db, isTls } = target;
      return new Redis({ ...common, ...loginOf(target), host, port, db, ...(isTls ? { tls } : {}) });
    }
    case 'sentinel': {
      const { sentinels, name, db } = target;
      return new Redis({ ...common, ...loginOf(target), sentinels: [...sentinels], name, db });
    }
    case 'cluster': {
      const { retryStrategy: _, ...redisOptions } = { ...common, ...loginOf(target) };
      return new Cluster([...target.nodes], { redisOptions, clusterRetryStrategy: () => LONGEST_RECONNECT_MS });
    }
    default:
      return target satisfies never;
  }
}

function loginOf(target: { username: string | null; password: string | null }): {
  username?: string;
  password?: string;
} {
  const { username, password } = target;
  return { ...(username === null ? {} : { username }), ...(password === null ? {} : { password }) };
}

/** Says once that Redis went, with the reason, and once that it is back. */
function watch(client: RedisClient, log: RedisDeps['log']): RedisHandle['outage'] {
  let outage: { since: Date; error: string } | null = null;
  let isSaid = false;
  client.on('error', (error: Error) => {
    if (client.status === 'ready') return;
    if (!isSaid) log.warn('redis is away', { error: error.message });
    isSaid = true;
    outage ??= { since: new Date(), error: error.message };
  });
  // nothing to say yet: we may have closed it, or it may be back at once
  client.on('close', () => {
    outage ??= { since: new Date(), error: 'the connection was closed' };
  });
  client.on('ready', () => {
    if (outage) log.info('redis is back', { awayMs: Date.now() - outage.since.getTime() });
    outage = null;
    isSaid = false;
  });
  return () => outage;
}

async function untilReady(client: RedisClient, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  if (client.status === 'ready') return;
  await new Promise<void>((resolve, reject) => {
    const stop = () => reject(new DOMException('stopped', 'AbortError'));
    signal.addEventListener('abort', stop, { once: true });
    client.once('ready', () => {
      signal.removeEventListener('abort', stop);
      resolve();
    });
  });
}

/**
 * An evicted key would be a lost push or a lease held twice; an old server blocks for whole seconds only.
 *
 * @returns false when the server does not tell
 */
async function checkServer(client: RedisClient, log: RedisDeps['log']): Promise<boolean> {
  const nodes = client instanceof Cluster ? client.nodes('master') : [client];
  const answers = await Promise.all(nodes.map((node) => node.info().catch(() => '')));
  for (const info of answers) {
    const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? 'noeviction';
    const version = /^redis_version:(\d+)\.(\d+)/m.exec(info) ?? [];
    if (policy !== 'noeviction') {
      throw new ConfigError(
        `REDIS_URL: this Redis evicts keys: set its maxmemory-policy to noeviction (now ${policy})`,
      );
    }
    if (Number(version[1]) < 6 || (Number(version[1]) === 6 && Number(version[2]) < 2)) {
      throw new ConfigError('REDIS_URL: this Redis is older than 6.2');
    }
  }
  if (!answers.includes('')) return true;
  log.warn('redis does not tell its maxmemory-policy, it must be noeviction');
  return false;
}

async function closeAll(clients: readonly RedisClient[], embedded: Embedded | null): Promise<void> {
  for (const client of clients) client.disconnect();
  await embedded?.stop();
}
