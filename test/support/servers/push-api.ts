/** Pulp's second API process, as on a Katello host: the same Pulp, but its registry takes nothing but tokens. */
import { chmod, mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { installPulp } from './install.ts';
import type { World } from './pins.ts';
import { ensureServer, expectRunning, type Site, stopServer } from './process.ts';
import { waitFor } from './wait.ts';

export interface PushApiOptions {
  readonly world: World;
  /** Pulp's TOKEN_SERVER */
  readonly realm: string;
  /** PEM, read by Pulp at each request */
  readonly publicKeyFile: string;
}

export interface PushApi {
  /** open to every user of this machine, since the web server's workers are another one */
  readonly socket: string;
  stop(): Promise<void>;
}

const NAME = 'pulp-push-api';

/** Starts it beside the Pulp of this site, on a unix socket. */
export async function startPushApi(site: Site, options: PushApiOptions): Promise<PushApi> {
  const bin = await installPulp(options.world, { signal: site.signal });
  const cwd = join(site.dir, 'pulp', NAME);
  await mkdir(cwd, { recursive: true });
  const dir = await mkdtemp(join(tmpdir(), 'kpr-push-api-'));
  await chmod(dir, 0o755);
  const socket = join(dir, 'api.sock');

  const server = await ensureServer(site, {
    name: NAME,
    command: join(bin, 'pulpcore-api'),
    args: ['--bind', `unix:${socket}`, '--workers', '2', '--timeout', '600', '--graceful-timeout', '5'],
    cwd,
    env: {
      PULP_SETTINGS: join(site.dir, 'pulp', 'settings.py'),
      PULP_TOKEN_AUTH_DISABLED: 'false',
      PULP_TOKEN_SERVER: options.realm,
      PULP_TOKEN_SIGNATURE_ALGORITHM: 'ES256',
      PULP_PUBLIC_KEY_PATH: options.publicKeyFile,
    },
  });
  const isThere = async (): Promise<true | undefined> => {
    await expectRunning([server]);
    return stat(socket).then(
      () => true,
      () => undefined,
    );
  };
  await waitFor("Pulp's second API", isThere, { timeoutMs: 90_000, signal: site.signal });
  await chmod(socket, 0o777);

  const stop = async (): Promise<void> => {
    await stopServer(site, NAME);
    await rm(dir, { recursive: true, force: true });
  };
  return { socket, stop };
}
