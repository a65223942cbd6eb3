/** What every room shares: the world, the rules of the version, the clock, Pulp, and the tasks. */
import type { Faults } from './control/faults.ts';
import type { Gates } from './control/gates.ts';
import type { Latency } from './latency.ts';
import type { PulpClient } from './pulp/client.ts';
import { ConnectionRefused } from './pulp/refusal.ts';
import type { PulpCall } from './pulp/shapes.ts';
import { settingValue } from './rules/settings.ts';
import { SYSTEM_LOGIN } from './state/accounts.ts';
import { findUser } from './state/find.ts';
import type { User, World } from './state/rows.ts';
import type { Store } from './state/store.ts';
import type { Run, TaskEngine } from './tasks/engine.ts';
import type { Traits } from './traits.ts';

export interface App {
  readonly store: Store;
  readonly world: World;
  readonly traits: Traits;
  readonly latency: Latency;
  readonly pulp: PulpClient;
  readonly faults: Faults;
  readonly gates: Gates;
  /** base of the URLs that texts name, without a slash at the end */
  readonly foremanUrl: string;
  readonly now: () => Date;
  /** aborted when the stand-in stops */
  readonly signal: AbortSignal;
  readonly tasks: TaskEngine;
  /** where Katello's own registry listens, without a path */
  readonly registryUrl: () => string;
}

/** Host that pulls go to, as `full_path` shows it. */
export function registryHost(app: App): string {
  return app.world.proxies.find((proxy) => proxy.isPrimary)?.name ?? new URL(app.foremanUrl).host;
}

/** The account of tasks that Katello starts itself. */
export function systemUser(app: App, login: string = SYSTEM_LOGIN): User {
  const user = findUser(app.world, login);
  if (user === undefined) throw new Error('the world has no system account');
  return user;
}

/** Calls to Pulp made by a task carry the id of the request that started it. */
export function pulpCallOf(run: Run): PulpCall {
  return { requestId: String(run.task.plan['requestId']), signal: run.signal };
}

/** Raised while planning: a backend that the action needs is not there. */
export class BackendDown extends Error {}

/**
 * Asks the backends before an action is planned, if the installation wants that.
 *
 * @throws BackendDown
 */
export async function checkBackends(
  app: App,
  names: readonly ('pulp3' | 'candlepin')[],
  requestId: string,
): Promise<void> {
  if (settingValue(app.world, 'check_services_before_actions') !== true) return;
  for (const name of names) {
    try {
      if (name === 'pulp3') await app.pulp.status({ requestId, signal: app.signal });
      else app.faults.checkCandlepinAnswers();
    } catch (error) {
      if (!(error instanceof ConnectionRefused)) throw error;
      throw new BackendDown(`There was an issue with the backend service ${name}: ${error.message}`, { cause: error });
    }
  }
}
