/** Pulp's second API process, as on a Katello host: the same Pulp, but its registry takes nothing but tokens. */
import { join } from 'node:path';
import { send } from '../send.ts';
import { installPulp } from './install.ts';
import type { World } from './pins.ts';
import { expectRunning, type Site, stopServer } from './process.ts';
import { startPulpProcess } from './pulp.ts';
import { claimSocket } from './sockets.ts';
import { waitFor } from './wait.ts';

export interface PushApiOptions {
  readonly world: World;
  /** Pulp's TOKEN_SERVER */
  readonly realm: string;
  /** PEM, read by Pulp at each request: it may come later */
  readonly publicKeyFile: string;
  /** where it sends clients for blobs; default: where the first API does */
  readonly contentOrigin?: string;
}

export interface PushApi {
  /** for the web server alone */
  readonly socket: string;
  stop(): Promise<void>;
}

export const PUSH_API = 'pulp-push-api';

/** Starts it beside the Pulp of this site, on a unix socket, or finds it running. */
export async function startPushApi(site: Site, options: PushApiOptions): Promise<PushApi> {
  const bin = await installPulp(options.world, { signal: site.signal });
  const socket = await claimSocket(site, PUSH_API);
  const server = await startPulpProcess(site, {
    name: PUSH_API,
    command: join(bin, 'pulpcore-api'),
    args: ['--bind', `unix:${socket}`, '--workers', '2', '--timeout', '3600', '--graceful-timeout', '5'],
    env: {
      PULP_TOKEN_AUTH_DISABLED: 'false',
      PULP_TOKEN_SERVER: options.realm,
      PULP_TOKEN_SIGNATURE_ALGORITHM: 'ES256',
      PULP_PUBLIC_KEY_PATH: options.publicKeyFile,
      PULP_API_APP_TTL: '7200',
      ...(options.contentOrigin !== undefined && { PULP_CONTENT_ORIGIN: options.contentOrigin }),
    },
  });
  const isReady = async (): Promise<true | undefined> => {
    await expectRunning([server]);
    const answer = await send({ url: `unix:${socket}` }, 'GET', '/v2/', { signal: site.signal }).catch(() => null);
    return answer?.status === 401 ? true : undefined;
  };
  await waitFor("Pulp's second API", isReady, { timeoutMs: 90_000, signal: site.signal });

  const stop = async (): Promise<void> => void (await stopServer(site, PUSH_API));
  return { socket, stop };
}
