/**
 * The door of a registry that speaks plain HTTP: passes every byte on, but hangs up at once on a client that begins
 * with TLS. Clients try TLS first, and gunicorn would let them wait ten seconds for an answer.
 *
 * Run as `node --import tsx registry-door.ts PORT PORT_BEHIND`; both on 127.0.0.1.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import { pathToFileURL } from 'node:url';

const HOST = '127.0.0.1';
/** First byte of a TLS handshake (RFC 8446, 5.1). */
const HANDSHAKE = 0x16;

/** Opens the door; `port` 0 takes a free one. */
export function openDoor(port: number, portBehind: number): Promise<Server> {
  const server = createServer((client) => {
    client.once('error', () => client.destroy());
    client.once('data', (first) => {
      if (first[0] === HANDSHAKE) client.destroy();
      else passOn(client, first, portBehind);
    });
  });
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, HOST, () => resolve(server));
  });
}

function passOn(client: Socket, first: Buffer | string, portBehind: number): void {
  client.pause();
  const behind = connect(portBehind, HOST);
  for (const [one, other] of [
    [client, behind],
    [behind, client],
  ] as const) {
    one.once('error', () => other.destroy());
    one.once('close', () => other.destroy());
  }
  behind.write(first);
  client.pipe(behind);
  behind.pipe(client);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [, , port, portBehind] = process.argv;
  await openDoor(Number(port), Number(portBehind));
}
