/** A Redis of the test's own, which it may stop, freeze, rob of its data, and fill. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { findServer, killServer, type ServerProcess, type Site } from '../servers/process.ts';
import { startRedis } from '../servers/redis.ts';

export interface FaultyRedis {
  /** with its password */
  readonly url: string;
  /** In good order, with its data written. */
  stop(): Promise<void>;
  /** As a crash: what was written in the last second may be gone. */
  kill(): Promise<void>;
  /** Deletes the data of a server that does not run. */
  loseData(): Promise<void>;
  /** Starts it again at the same address with the data that there is. */
  revive(): Promise<void>;
  /** It neither answers nor closes its connections. */
  freeze(): Promise<void>;
  thaw(): Promise<void>;
  /** Runs commands as a person at the console. */
  ask<T>(commands: (redis: Redis) => Promise<T>): Promise<T>;
}

const NAME = 'redis';

export async function startFaultyRedis(site: Site): Promise<FaultyRedis> {
  const server = await startRedis(site);
  const running = async (): Promise<ServerProcess> => {
    const found = await findServer(site, NAME);
    if (!found) throw new Error('redis does not run');
    return found;
  };
  const signal = async (name: 'SIGSTOP' | 'SIGCONT'): Promise<void> => void process.kill((await running()).pid, name);

  return {
    url: server.url,
    stop: () => server.stop(),
    kill: async () => killServer(await running()),
    loseData: () => rm(join(site.dir, 'redis'), { recursive: true }),
    revive: async () => void (await startRedis(site)),
    freeze: () => signal('SIGSTOP'),
    thaw: () => signal('SIGCONT'),
    async ask(commands) {
      const redis = new Redis(server.url, { maxRetriesPerRequest: 1 });
      redis.on('error', () => undefined); // the command says it
      try {
        return await commands(redis);
      } finally {
        redis.disconnect();
      }
    },
  };
}
