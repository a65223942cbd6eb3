/**
 * What Katello's distribution serves, and giving it back to Katello. A push past the web server to its name makes Pulp
 * serve that push in its place, and refuse each change that Katello wants (pulp_container 2.9 to 2.30).
 */
import { refuse } from '../domain/reason.ts';
import { findVersionRef } from '../pulp/href.ts';
import type { Pulp, WriteOptions } from '../pulp/pulp.ts';

/** What Katello's distribution serves. */
export interface Served {
  /** of Katello's Pulp repository; null when that is not served */
  readonly version: number | null;
  /** href of the distribution while a push has it */
  readonly takenHref: string | null;
}

/**
 * Reads the distribution at this base path; not finding one is nothing served, since the next publish makes it.
 *
 * @param targetHref Katello's Pulp repository
 * @throws E_REFUSED foreign-distribution when a push made it, so that only a person can say whose it is
 */
export async function readServed(
  pulp: Pick<Pulp, 'findDistribution'>,
  basePath: string,
  targetHref: string,
  signal?: AbortSignal,
): Promise<Served> {
  const distribution = await pulp.findDistribution(basePath, signal);
  const fixed = findVersionRef(distribution?.repository_version ?? null);
  const isOfTarget = fixed?.repositoryHref === targetHref;
  if (!distribution?.repository) return { version: isOfTarget ? fixed.number : null, takenHref: null };
  if (!isOfTarget) throw refuse('foreign-distribution', { path: basePath });
  return { version: null, takenHref: distribution.pulp_href };
}

/** Makes the distribution serve the version that Katello bound it to. What was pushed past stays in Pulp, not served. */
export async function giveBack(
  pulp: Pick<Pulp, 'unbindRepository' | 'waitForTask'>,
  distributionHref: string,
  options: WriteOptions,
): Promise<void> {
  const task = await pulp.unbindRepository(distributionHref, options);
  if (task !== null) await pulp.waitForTask(task, options.signal);
}
