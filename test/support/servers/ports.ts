/** Ports of the loopback interface. */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { recall, remember } from './memory.ts';
import { findServer, type Site } from './process.ts';

/** Below the range from which Linux takes the ports of outgoing connections, so that a kept port stays free. */
const FIRST = 20_000;
const END = 32_768;

/**
 * A port for this purpose of a server (default: its only one): the one that it listens on, or that it had before if
 * that is still free, else a new free one, kept from now on.
 */
export async function claimPort(site: Site, server: string, purpose = server): Promise<number> {
  const key = portKeyOf(purpose);
  const kept = recall(site.dir, key);
  if (typeof kept === 'number' && ((await findServer(site, server)) !== null || (await isFree(kept)))) return kept;

  const port = await findFreePort();
  remember(site.dir, key, port);
  return port;
}

/** Keeps this port for a server from its next start on; false if somebody else listens on it. */
export async function keepPort(site: Site, server: string, port: number): Promise<boolean> {
  const isOurs = recall(site.dir, portKeyOf(server)) === port && (await findServer(site, server)) !== null;
  if (!isOurs && !(await isFree(port))) return false;
  remember(site.dir, portKeyOf(server), port);
  return true;
}

/** Under which the port for this purpose is remembered. */
export function portKeyOf(purpose: string): string {
  return `${purpose}-port`;
}

/** A port of 127.0.0.1 that nobody listens on now. */
export async function findFreePort(): Promise<number> {
  for (;;) {
    const port = randomInt(FIRST, END);
    if (await isFree(port)) return port;
  }
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ host: '127.0.0.1', port }, () => server.close(() => resolve(true)));
  });
}
