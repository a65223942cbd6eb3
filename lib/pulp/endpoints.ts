/** Pulp's REST API as the port of `pulp.ts`. */
import type { HttpClient } from '../http/client.ts';
import { type Delay, delay as ordinaryDelay } from '../http/wait.ts';
import { createContent } from './content.ts';
import { createDistributions } from './distributions.ts';
import type { Pulp } from './pulp.ts';
import { rememberContent } from './remember.ts';
import { createRepositories } from './repositories.ts';
import { Status } from './schema.ts';
import { createSignatures } from './signatures.ts';
import { createTasks } from './tasks.ts';

export interface PulpOptions {
  /** longest wait for one task [600 000: ten minutes]; a copy may have to queue behind others */
  readonly taskTimeoutMs?: number | undefined;
  readonly delay?: Delay | undefined;
  /** milliseconds from any fixed point, never going back [performance.now] */
  readonly now?: (() => number) | undefined;
}

const DEFAULT_API_ROOT = '/pulp/';

/**
 * The path of the client's base URL is Pulp's `API_ROOT`, `/pulp/` where it has none. The registry is at the root of the
 * host and open to reads where Pulp runs with `TOKEN_AUTH_DISABLED`, as Katello sets it.
 */
export function createPulp(http: HttpClient, options: PulpOptions = {}): Pulp {
  const { taskTimeoutMs = 600_000, delay = ordinaryDelay, now = () => performance.now() } = options;
  const api = `${http.basePath === '/' ? DEFAULT_API_ROOT : http.basePath}api/v3/`;

  return {
    readStatus: (signal) => http.get(`${api}status/`, Status, { signal }),
    ...createTasks(http, api, { timeoutMs: taskTimeoutMs, delay, now }),
    ...createRepositories(http, api),
    ...createDistributions(http, api),
    ...rememberContent(createContent(http, api)),
    ...createSignatures(http, api),
  };
}
