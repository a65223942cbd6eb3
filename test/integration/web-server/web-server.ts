/** A real web server with the shipped configuration, as a process of its own in a directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificates } from '../../support/certificates.ts';
import { findFreePort } from '../../support/servers/ports.ts';
import { until } from '../../support/until.ts';
import { type Backend, startBackend } from './backend.ts';
import { apacheFrame, nginxFrame } from './frames.ts';

export const KINDS = ['apache', 'nginx'] as const;
export type Kind = (typeof KINDS)[number];

export interface WebServer {
  readonly port: number;
  /** PEM of the authority that made its certificate */
  readonly ca: string;
  /** Pulp's second API, on a unix socket */
  readonly push: Backend;
  /** the reactor */
  readonly front: Backend;
  close(): Promise<void>;
}

/** Starts it on a free port, for the name `localhost`. @throws Error with its log when it does not come up */
export async function startWebServer(kind: Kind): Promise<WebServer> {
  const dir = await mkdtemp(join(tmpdir(), `kpr-${kind}-`));
  await chmod(dir, 0o755);
  await mkdir(join(dir, 'log'));
  const { ca, server } = await createCertificates();
  const push = await startBackend(join(dir, 'push.sock'));
  const front = await startBackend();
  const port = await findFreePort();

  const template = await readFile(new URL(`../../../scripts/deploy/${kind}.conf`, import.meta.url), 'utf8');
  const site = fill(template, {
    HOST: 'localhost',
    LISTEN: String(port),
    CERTIFICATE: join(dir, 'server.crt'),
    KEY: join(dir, 'server.key'),
    PUSH_API: push.address,
    FRONT: front.address,
  });
  await writeFile(join(dir, 'server.crt'), server.cert);
  await writeFile(join(dir, 'server.key'), server.key, { mode: 0o600 });
  await writeFile(join(dir, 'site.conf'), site);
  await writeFile(join(dir, 'main.conf'), kind === 'apache' ? apacheFrame(dir, port) : nginxFrame(dir));

  const child = run(kind, dir);
  const output: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => output.push(text));
  const close = async (): Promise<void> => {
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await Promise.all([push.close(), front.close()]);
    await rm(dir, { recursive: true });
  };
  try {
    await until(`${kind} on port ${port}`, async () => child.exitCode !== null || isOpen(port));
    if (child.exitCode !== null) throw new Error(`${kind} ended with ${child.exitCode}`);
  } catch (error) {
    await close();
    throw new Error(`${kind} did not start: ${output.join('')}`, { cause: error });
  }
  return { port, ca, push, front, close };
}

function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/@([A-Z_]+)@/g, (placeholder, name: string) => values[name] ?? placeholder);
}

/** In the foreground, so that the process started is the one that ends. */
function run(kind: Kind, dir: string): ChildProcess {
  const config = join(dir, 'main.conf');
  const [command, args] =
    kind === 'apache'
      ? ['/usr/sbin/apache2', ['-d', dir, '-f', config, '-D', 'FOREGROUND']]
      : ['/usr/sbin/nginx', ['-p', dir, '-c', config, '-e', join(dir, 'log', 'error.log')]];
  return spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}
