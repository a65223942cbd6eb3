/**
 * The part that every store shares: keys under one prefix, and Redis' failures as ours.
 */
import type { ChainableCommander, Cluster, Redis } from 'ioredis';
import { TransportError } from '../errors.ts';

export interface Keys {
  /** The key of these parts under the prefix. */
  of(...parts: readonly string[]): string;
  /** Runs commands. @throws E_TRANSPORT when Redis does not answer or refuses */
  run<T>(commands: (redis: Redis | Cluster) => Promise<T>): Promise<T>;
  /** Runs commands that belong together, all or none. @throws E_TRANSPORT when one of them fails */
  transact(add: (batch: ChainableCommander) => void): Promise<void>;
}

export function createKeys(redis: Redis | Cluster, prefix: string): Keys {
  const run = async <T>(commands: (client: Redis | Cluster) => Promise<T>): Promise<T> => {
    try {
      return await commands(redis);
    } catch (error) {
      throw new TransportError('redis', `redis: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  };
  return {
    of: (...parts) => [prefix, ...parts].join(':'),
    run,
    transact: (add) =>
      run(async (client) => {
        const batch = client.multi();
        add(batch);
        for (const [error] of (await batch.exec()) ?? []) if (error) throw error;
      }),
  };
}
