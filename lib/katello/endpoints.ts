/** Katello's and Foreman's APIs as the port of `katello.ts`. */
import { z } from 'zod';
import type { HttpClient } from '../http/client.ts';
import { type Delay, delay as ordinaryDelay } from '../http/wait.ts';
import { createContent } from './content.ts';
import { createInventory } from './inventory.ts';
import type { Katello } from './katello.ts';
import { createTasks } from './tasks.ts';

export interface KatelloOptions {
  /** longest wait for one task [900 000: fifteen minutes]; a publish may have to queue behind others */
  readonly taskTimeoutMs?: number | undefined;
  /** false: Katello leaves the smart proxies alone after a publish, whatever its own setting says [true] */
  readonly syncsProxies?: boolean | undefined;
  readonly delay?: Delay | undefined;
  /** milliseconds from any fixed point, never going back [performance.now] */
  readonly now?: (() => number) | undefined;
}

const KatelloStatus = z.object({ version: z.string() });
const CurrentUser = z.object({ login: z.string(), effective_admin: z.boolean().optional(), admin: z.boolean() });

/** A path in the client's base URL is where Foreman lives; ordinarily there is none. */
export function createKatello(http: HttpClient, options: KatelloOptions = {}): Katello {
  const {
    taskTimeoutMs = 900_000,
    syncsProxies = true,
    delay = ordinaryDelay,
    now = () => performance.now(),
  } = options;
  const api = `${http.basePath}katello/api/v2/`;

  return {
    async readVersion(signal) {
      const { version } = await http.get(`${api}status`, KatelloStatus, { signal });
      return version;
    },

    async readCurrentUser(signal) {
      const user = await http.get(`${http.basePath}api/v2/current_user`, CurrentUser, { signal });
      return { login: user.login, isAdmin: user.effective_admin ?? user.admin };
    },

    ...createInventory(http, api),
    ...createContent(http, api, syncsProxies),
    ...createTasks(http, `${http.basePath}foreman_tasks/api/tasks`, { timeoutMs: taskTimeoutMs, delay, now }),
  };
}
