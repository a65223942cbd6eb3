/** A real web server with the shipped configuration, as a managed server of a site. */
import { createHash } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { send } from '../send.ts';
import { findAccount } from '../servers/account.ts';
import { ServerProblem } from '../servers/problem.ts';
import { ensureServer, expectRunning, type Site, stopServer } from '../servers/process.ts';
import { waitFor } from '../servers/wait.ts';
import { apacheFrame, nginxFrame } from './frames.ts';
import type { WebSite } from './web-site.ts';

export const KINDS = ['apache', 'nginx'] as const;
export type Kind = (typeof KINDS)[number];

/** What stands behind it. */
export interface Behind {
  /** socket of Pulp's API that checks tokens */
  readonly pushApi: string;
  /** host:port of the reactor */
  readonly front: string;
}

export interface WebServer {
  /** holds its access and error log */
  readonly logDir: string;
  stop(): Promise<void>;
}

const PROGRAMS: Readonly<Record<Kind, { file: string; apt: string }>> = {
  apache: { file: '/usr/sbin/apache2', apt: 'apache2-bin' },
  nginx: { file: '/usr/sbin/nginx', apt: 'nginx' },
};

/**
 * Starts it in its directory of the site, or finds it running; in place of one of the other kind.
 *
 * @throws ServerProblem when it is not installed, or with what it wrote when it does not come up
 */
export async function startWebServer(site: Site, web: WebSite, kind: Kind, behind: Behind): Promise<WebServer> {
  const { file: command, apt } = PROGRAMS[kind];
  await access(command).catch(() => {
    throw new ServerProblem(`${kind} is not installed: there is no ${command}`, `apt-get install ${apt}`);
  });
  const dir = join(site.dir, web.name);
  const logDir = join(dir, 'log');
  await mkdir(logDir, { recursive: true });

  const template = await readFile(new URL(`../../../scripts/deploy/${kind}.conf`, import.meta.url), 'utf8');
  const siteConfig = fill(template, {
    HOST: 'localhost',
    LISTEN: String(web.port),
    CERTIFICATE: web.certificateFile,
    KEY: web.keyFile,
    PUSH_API: behind.pushApi,
    FRONT: behind.front,
  });
  const mainConfig = kind === 'apache' ? apacheFrame(dir, web.port) : nginxFrame(dir);
  await writeFile(join(dir, 'site.conf'), siteConfig);
  await writeFile(join(dir, 'main.conf'), mainConfig);

  // Our sockets and keys are closed to others, so it may read what root may; it is no root, because Apache refuses that.
  const account = await findAccount('www-data');
  const main = join(dir, 'main.conf');
  const server = await ensureServer(site, {
    name: web.name,
    command,
    // In the foreground, so that the process started is the one that ends.
    args:
      kind === 'apache'
        ? ['-d', dir, '-f', main, '-D', 'FOREGROUND']
        : ['-p', dir, '-c', main, '-e', join(logDir, 'error.log')],
    revision: createHash('sha256').update(siteConfig).update(mainConfig).update(web.ca).digest('hex'),
    ...(account && { privileges: account.privileges }),
  });
  const isOpen = async (): Promise<true | undefined> => {
    await expectRunning([server]);
    // It answers this by itself. Who else might listen there has no such certificate.
    const asked = send(web, 'GET', '/v2//', { signal: AbortSignal.timeout(1_000) });
    return asked.then(
      () => true,
      () => undefined,
    );
  };
  await waitFor(`${kind} on port ${web.port}`, isOpen, { timeoutMs: 20_000, gapMs: 20, signal: site.signal });

  const stop = async (): Promise<void> => void (await stopServer(site, web.name));
  return { logDir, stop };
}

/** Every placeholder has a value, or the web server says so. */
function fill(template: string, values: Readonly<Record<string, string>>): string {
  return template.replaceAll(/@([A-Z_]+)@/g, (placeholder, name: string) => values[name] ?? placeholder);
}
