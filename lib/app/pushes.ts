/**
 * What people ask about push repositories beyond one run: all that there are, and to drop the pins of one.
 */
import { LABELS } from '../domain/claim.ts';
import { correlationId } from '../domain/correlation.ts';
import { fromPulpName, toPulpName } from '../domain/path.ts';
import { readRepositoryRef } from '../pulp/href.ts';
import type { Pulp } from '../pulp/pulp.ts';

/** Every path that was pushed to, in Pulp's order. */
export async function listPaths(pulp: Pulp, prefix: string, signal: AbortSignal): Promise<string[]> {
  const paths: string[] = [];
  for await (const { base_path: name } of pulp.listDistributions(`${prefix}/`, signal)) {
    const path = fromPulpName(name, prefix);
    if (path !== null) paths.push(path);
  }
  return paths;
}

/** Makes the next run treat every tag of the path as ours. No pins, no write. */
export async function dropPins(pulp: Pulp, prefix: string, path: string, signal: AbortSignal): Promise<void> {
  const distribution = await pulp.findDistribution(toPulpName(path, prefix), signal);
  if (!distribution?.repository || !Object.hasOwn(distribution.pulp_labels, LABELS.pins)) return;
  const { uuid } = readRepositoryRef(distribution.repository);
  await pulp.removeLabel(distribution.pulp_href, LABELS.pins, {
    correlationId: correlationId({ uuid, version: 0, step: DROP_PINS }),
    signal,
  });
}

/** Above the steps of a run. */
const DROP_PINS = 0xffff;
