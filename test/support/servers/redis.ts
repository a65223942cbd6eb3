/** A private Redis on a free port of the loopback interface. */
import { mkdir } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { keepPassword } from './memory.ts';
import { claimPort } from './ports.ts';
import { ensureServer, expectRunning, type Site, stopServer } from './process.ts';
import { waitFor } from './wait.ts';

const NAME = 'redis';

export interface RedisServer {
  /** with its password */
  readonly url: string;
  readonly port: number;
  stop(): Promise<void>;
}

/** Starts Redis, or finds it running. Keeps its data (`redis/` of the site) and refuses to evict, as BullMQ wants. */
export async function startRedis(site: Site): Promise<RedisServer> {
  const password = keepPassword(site.dir, NAME);
  const port = await claimPort(site, NAME);
  const data = join(site.dir, 'redis');
  await mkdir(data, { recursive: true });

  const settings = {
    bind: '127.0.0.1',
    port,
    dir: data,
    appendonly: 'yes',
    'maxmemory-policy': 'noeviction',
    save: '',
  };
  const args = Object.entries({ ...settings, requirepass: password }).flatMap(([key, value]) => [
    `--${key}`,
    `${value}`,
  ]);
  const server = await ensureServer(site, { name: NAME, command: 'redis-server', args });
  await waitFor(
    'Redis',
    async () => {
      await expectRunning([server]);
      return answersTo(port, password);
    },
    { timeoutMs: 10_000, gapMs: 20, signal: site.signal },
  );
  const stop = async (): Promise<void> => void (await stopServer(site, NAME));
  return { url: `redis://:${password}@127.0.0.1:${port}`, port, stop };
}

/** True once a PING is answered with PONG, undefined until then. */
function answersTo(port: number, password: string): Promise<true | undefined> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    const answer = (value: true | undefined): void => {
      socket.destroy();
      resolve(value);
    };
    socket.once('error', () => answer(undefined));
    socket.once('close', () => resolve(undefined));
    socket.setTimeout(1_000, () => answer(undefined));
    socket.end(`AUTH ${password}\r\nPING\r\n`);
    let text = '';
    socket.setEncoding('utf8').on('data', (chunk: string) => {
      text += chunk;
      if (text.includes('+PONG')) answer(true);
    });
  });
}
