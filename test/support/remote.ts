/** Ports of the remote systems on a stub server, without repeats and without waiting. */
import { createHttpClient, type HttpClient } from '../../lib/http/client.ts';
import type { Delay } from '../../lib/http/wait.ts';
import { createKatello } from '../../lib/katello/endpoints.ts';
import type { Katello } from '../../lib/katello/katello.ts';
import { createPulp } from '../../lib/pulp/endpoints.ts';
import type { Pulp } from '../../lib/pulp/pulp.ts';

export interface RemoteOptions {
  /** how often the client repeats a call [0] */
  readonly maxRetries?: number;
  /** of tasks; a clock that only waiting moves makes it exact */
  readonly taskTimeoutMs?: number;
  /** told of each pause; none takes any time */
  readonly onPause?: (ms: number) => void;
  /** of Katello's client [true] */
  readonly syncsProxies?: boolean | undefined;
}

export function pulpAt(baseUrl: string, options: RemoteOptions = {}): Pulp {
  const { waiting, http } = createRemote('pulp', baseUrl, options);
  return createPulp(http, waiting);
}

export function katelloAt(baseUrl: string, options: RemoteOptions = {}): Katello {
  const { waiting, http } = createRemote('katello', baseUrl, options);
  return createKatello(http, { ...waiting, syncsProxies: options.syncsProxies });
}

function createRemote(system: 'pulp' | 'katello', baseUrl: string, options: RemoteOptions) {
  let nowMs = 0;
  const delay: Delay = async (ms, signal) => {
    signal?.throwIfAborted();
    options.onPause?.(ms);
    nowMs += ms;
  };
  const http: HttpClient = createHttpClient({
    system,
    baseUrl,
    credentials: () => ({ kind: 'basic', login: 'kpr', password: 'not a real password' }),
    userAgent: 'kpr/1.2.3',
    maxRetries: options.maxRetries ?? 0,
    delay,
  });
  return { http, waiting: { taskTimeoutMs: options.taskTimeoutMs, delay, now: () => nowMs } };
}
