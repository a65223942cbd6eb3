/** An embedded Redis in a directory of its own, for tests of what is kept there. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Logger } from '../../lib/log.ts';
import { openRedis, type RedisHandle } from '../../lib/state/redis.ts';

export const silentLog: Logger = { error() {}, warn() {}, info() {}, debug() {}, child: () => silentLog };

export interface TestRedis extends RedisHandle {
  readonly stateDir: string;
}

/** Closed and removed by `close()`. */
export async function openTestRedis(): Promise<TestRedis> {
  const stateDir = await mkdtemp(join(tmpdir(), 'kpr-state-'));
  const options = { url: null, stateDir, caFile: null, log: silentLog };
  const handle = await openRedis(options, AbortSignal.timeout(30_000));
  return {
    ...handle,
    stateDir,
    close: async () => {
      await handle.close();
      await rm(stateDir, { recursive: true });
    },
  };
}
