/** A lock between processes, held by a file. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ServerProblem } from './problem.ts';

export interface LockOptions {
  /** true: give up at once when somebody holds it */
  readonly isImpatient?: boolean;
  /** ends the waiting, not the work */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Runs `work` while no other process runs work under the same file.
 *
 * The lock is held by a child that ends when its input does, so that it is free again however this process ends.
 *
 * @throws ServerProblem when impatient and somebody else holds it; what `work` throws
 */
export async function withLock<T>(file: string, work: () => Promise<T>, options: LockOptions = {}): Promise<T> {
  await mkdir(dirname(file), { recursive: true });
  options.signal?.throwIfAborted();
  const patience = options.isImpatient === true ? ['--nonblock'] : [];
  const holder = spawn('flock', [...patience, file, 'sh', '-c', 'echo held; exec cat >/dev/null'], {
    stdio: ['pipe', 'pipe', 'ignore'],
    // Its own group: a Ctrl-C of the terminal must not free the lock while we still tidy up.
    detached: true,
  });
  const giveUp = (): unknown => holder.kill();
  const ended = once(holder, 'close');

  options.signal?.addEventListener('abort', giveUp);
  const isHeld = await Promise.race([once(holder.stdout, 'data').then(() => true), ended.then(() => false)]);
  options.signal?.removeEventListener('abort', giveUp);
  options.signal?.throwIfAborted();
  if (!isHeld) throw new ServerProblem(`another command is at work (${file})`, 'Wait until it has ended.');

  try {
    return await work();
  } finally {
    holder.stdin.end();
    await ended;
  }
}
