/**
 * Checks of this machine: state directory, Redis.
 */
import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import type { Config } from '../../config.ts';
import { describeError } from '../../log.ts';
import { openRedis } from '../../state/redis.ts';
import { type Check, fail, ok, warn } from './finding.ts';

/** Others may pass through to the public key, but neither look around nor write. */
const OTHERS_LOOK = 0o066;
const REDIS_MS = 5000;

export function checkStateDir({ stateDir }: Config): Check {
  return async () => {
    const found = await stat(stateDir).catch(() => null);
    if (!found) {
      await access(dirname(stateDir), constants.W_OK);
      return warn(`${stateDir} is not there yet. kpr serve makes it.`);
    }
    await access(stateDir, constants.R_OK | constants.W_OK | constants.X_OK);
    const mode = (found.mode & 0o777).toString(8);
    return found.mode & OTHERS_LOOK
      ? warn(`${stateDir} is open to others (${mode}). chmod 711 ${stateDir}`)
      : ok(stateDir);
  };
}

export function checkRedis({ redis, stateDir, caFile }: Config): Check {
  return async () => {
    const socket = join(stateDir, 'redis', 'redis.sock');
    const isEmbedded = redis.url === null;
    if (isEmbedded && !(await stat(socket).catch(() => null))) return findServer();

    const said: unknown[] = [];
    const note = (message: string, fields?: Record<string, unknown>) => void said.push(fields?.['error'] ?? message);
    const url = redis.url?.reveal() ?? `unix:${socket}`;
    try {
      const options = { url, stateDir, caFile, log: { info: () => undefined, warn: note } };
      const handle = await openRedis(options, AbortSignal.timeout(REDIS_MS));
      await handle.close();
    } catch (error) {
      return fail(`no answer: ${said.length > 0 ? String(said[0]) : describeError(error)}`);
    }
    return said.length > 0 ? warn(String(said[0])) : ok(isEmbedded ? 'embedded, runs' : 'answers, evicts nothing');
  };
}

async function findServer() {
  const find = promisify(execFile)('/bin/sh', ['-c', 'command -v valkey-server || command -v redis-server']);
  const found = await find.catch(() => null);
  return found
    ? ok(`embedded, ${found.stdout.trim()}`)
    : fail('neither valkey-server nor redis-server is on PATH. Install one, or set REDIS_URL.');
}
