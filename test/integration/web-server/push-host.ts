/** The shipped configuration between a client and two servers that record what arrives. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kind, startWebServer, type WebServer } from '../../support/web-server/web-server.ts';
import { type Backend, startBackend } from './backend.ts';

export { KINDS } from '../../support/web-server/web-server.ts';

export interface PushHost extends WebServer {
  /** Pulp's second API, on a unix socket */
  readonly push: Backend;
  /** the reactor */
  readonly front: Backend;
}

export async function startPushHost(kind: Kind): Promise<PushHost> {
  const dir = await mkdtemp(join(tmpdir(), 'kpr-backend-'));
  await chmod(dir, 0o755);
  const push = await startBackend(join(dir, 'push.sock'));
  const front = await startBackend();
  const server = await startWebServer(kind, { pushApi: push.address, front: front.address });
  const close = async (): Promise<void> => {
    await server.close();
    await Promise.all([push.close(), front.close()]);
    await rm(dir, { recursive: true });
  };
  return { ...server, push, front, close };
}
