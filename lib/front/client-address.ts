/** Where a request comes from. Pure. */
import { isIP } from 'node:net';

const LOOPBACK = '127.0.0.1';

/**
 * The client's IP address: that of the peer, or, behind the web server of this machine, the one that it added last.
 *
 * @param peer undefined for a unix socket
 */
export function clientAddress(peer: string | undefined, forwardedFor: string | undefined): string {
  const address = peer?.replace(/^::ffff:/i, '') ?? LOOPBACK;
  if (!isLoopback(address)) return address;
  const added = forwardedFor?.split(',').at(-1)?.trim() ?? '';
  return isIP(added) > 0 ? added : address;
}

function isLoopback(address: string): boolean {
  return address === '::1' || address.startsWith('127.');
}
