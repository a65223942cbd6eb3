/** A real web server with the shipped configuration, as a process of its own in a directory of its own. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCertificates } from '../certificates.ts';
import { findFreePort } from '../servers/ports.ts';
import { until } from '../until.ts';
import { apacheFrame, nginxFrame } from './frames.ts';

export const KINDS = ['apache', 'nginx'] as const;
export type Kind = (typeof KINDS)[number];

/** What stands behind it. */
export interface Behind {
  /** socket of Pulp's API that checks tokens; other users may open it */
  readonly pushApi: string;
  /** host:port of the reactor */
  readonly front: string;
}

export interface WebServer {
  /** of `localhost`, which its certificate is for */
  readonly port: number;
  /** PEM of the authority that made its certificate */
  readonly ca: string;
  /** holds its access and error log while it runs */
  readonly logDir: string;
  close(): Promise<void>;
}

/** Starts it on this port, or a free one. @throws Error with what it wrote when it does not come up */
export async function startWebServer(kind: Kind, behind: Behind, wantedPort?: number): Promise<WebServer> {
  const port = wantedPort ?? (await findFreePort());
  const { ca, server } = await createCertificates();
  const dir = await mkdtemp(join(tmpdir(), `kpr-${kind}-`));
  await chmod(dir, 0o755);
  await mkdir(join(dir, 'log'));
  const template = await readFile(new URL(`../../../scripts/deploy/${kind}.conf`, import.meta.url), 'utf8');
  const values = {
    HOST: 'localhost',
    LISTEN: String(port),
    CERTIFICATE: join(dir, 'server.crt'),
    KEY: join(dir, 'server.key'),
    PUSH_API: behind.pushApi,
    FRONT: behind.front,
  };
  await writeFile(values.CERTIFICATE, server.cert);
  await writeFile(values.KEY, server.key, { mode: 0o600 });
  await writeFile(join(dir, 'site.conf'), fill(template, values));
  await writeFile(join(dir, 'main.conf'), kind === 'apache' ? apacheFrame(dir, port) : nginxFrame(dir));

  const child = run(kind, dir);
  const output: string[] = [];
  child.stderr?.setEncoding('utf8').on('data', (text: string) => output.push(text));
  const close = async (): Promise<void> => {
    if (child.exitCode === null) {
      child.kill('SIGTERM');
      await once(child, 'exit');
    }
    await rm(dir, { recursive: true });
  };
  await until(`${kind} on port ${port}`, async () => child.exitCode !== null || isOpen(port));
  if (child.exitCode === null) return { port, ca, logDir: join(dir, 'log'), close };
  await close();
  throw new Error(`${kind} ended with ${child.exitCode}: ${output.join('')}`);
}

/** Every placeholder has a value, or the web server says so. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/@([A-Z_]+)@/g, (placeholder, name: string) => values[name] ?? placeholder);
}

/** In the foreground, so that the process started is the one that ends; and it ends with this one, whatever happens. */
function run(kind: Kind, dir: string): ChildProcess {
  const config = join(dir, 'main.conf');
  const [command, args]: [string, string[]] =
    kind === 'apache'
      ? ['/usr/sbin/apache2', ['-d', dir, '-f', config, '-D', 'FOREGROUND']]
      : ['/usr/sbin/nginx', ['-p', dir, '-c', config, '-e', join(dir, 'log', 'error.log')]];
  return spawn('setpriv', ['--pdeathsig', 'TERM', '--', command, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port }, () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}
