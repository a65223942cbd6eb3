/** The shipped configuration between a client and two servers that record what arrives. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kind, startWebServer } from '../../support/web-server/web-server.ts';
import { openWebSite, type WebSite } from '../../support/web-server/web-site.ts';
import { type Backend, startBackend } from './backend.ts';

export { KINDS } from '../../support/web-server/web-server.ts';

export interface PushHost extends WebSite {
  /** Pulp's second API, on a unix socket */
  readonly push: Backend;
  /** the reactor */
  readonly front: Backend;
  close(): Promise<void>;
}

export async function startPushHost(kind: Kind): Promise<PushHost> {
  const site = { dir: await mkdtemp(join(tmpdir(), 'kpr-push-host-')), isTemporary: true };
  const push = await startBackend(join(site.dir, 'push.sock'));
  const front = await startBackend();
  const web = await openWebSite(site);
  const server = await startWebServer(site, web, kind, { pushApi: push.address, front: front.address });
  const close = async (): Promise<void> => {
    await server.stop();
    await Promise.all([push.close(), front.close()]);
    await rm(site.dir, { recursive: true });
  };
  return { ...web, push, front, close };
}
