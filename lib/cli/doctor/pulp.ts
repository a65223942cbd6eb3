/**
 * Checks of Pulp.
 */
import type { Config } from '../../config.ts';
import { AuthError } from '../../errors.ts';
import type { Pulp } from '../../pulp/pulp.ts';
import { type Check, fail, ok, warn } from './finding.ts';

/** Before it, pushes make no usable tasks (Katello 4.10 and later bring it). */
const OLDEST_CONTAINER = [2, 15] as const;

export function checkPulp(pulp: Pulp, signal: AbortSignal): Check {
  return async () => {
    const { versions, online_workers: workers, domain_enabled: hasDomains } = await pulp.readStatus(signal);
    const versionOf = (name: string) => versions.find(({ component }) => component === name)?.version;
    const container = versionOf('container');
    const shown = `${versionOf('core') ?? 'unknown'}, pulp_container ${container ?? 'missing'}`;
    if (container === undefined) return fail(`${shown}. Install pulp_container.`);
    if (isOlder(container, OLDEST_CONTAINER)) return fail(`${shown} is older than ${OLDEST_CONTAINER.join('.')}.`);
    if (hasDomains) return fail(`${shown} has domains enabled, which kpr does not know.`);
    return workers.length > 0 ? ok(shown) : fail(`${shown}: no worker is online. Start pulpcore-worker.`);
  };
}

/** Of no artifact: who may not read artifacts is refused all the same. */
const NO_ARTIFACT = '/pulp/api/v3/artifacts/00000000-0000-0000-0000-000000000000/';

/** Reading is tried; writing cannot be without doing it. */
export function checkPulpRights(pulp: Pulp, { pathPrefix }: Config, signal: AbortSignal): Check {
  return async () => {
    await pulp.listRecentRepositories(signal).next();
    await pulp.listDistributions(`${pathPrefix}/`, signal).next();
    try {
      await pulp.readArtifacts([NO_ARTIFACT], signal);
    } catch (error) {
      if (!(error instanceof AuthError)) throw error;
      return fail('may not read artifacts, so that no push is published. Use an administrator of Pulp.');
    }
    const task = await pulp.findNewestTask(signal);
    return task
      ? ok('reads repositories, distributions, artifacts and tasks')
      : warn('sees no task at all. Check that its account has core.view_task.');
  };
}

function isOlder(version: string, [major, minor]: readonly [number, number]): boolean {
  const [found = 0, foundMinor = 0] = version.split('.').map(Number);
  return found < major || (found === major && foundMinor < minor);
}
