/** Unix sockets of servers that nobody but us, and the web server that we start, may reach. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ServerProblem } from './problem.ts';
import type { Site } from './process.ts';

/** Bytes that a path may have: `sun_path` of unix(7) without its end. */
const LONGEST = 107;

/**
 * Path of this server's socket, in a directory that is closed to others.
 *
 * @throws ServerProblem when the site lies too deep for a socket
 */
export async function claimSocket(site: Site, server: string): Promise<string> {
  const dir = join(site.dir, 'sockets');
  const path = join(dir, `${server}.sock`);
  if (Buffer.byteLength(path) > LONGEST) {
    throw new ServerProblem(
      `${path} is too long for a unix socket: ${LONGEST} bytes are the limit`,
      'Move the project to a directory with a shorter path.',
    );
  }
  await mkdir(dir, { recursive: true, mode: 0o700 });
  return path;
}
