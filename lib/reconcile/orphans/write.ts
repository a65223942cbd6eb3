/**
 * The writes of a deletion: labels, and the deletion itself. Each may be made twice; each is the last thing that was read
 * anew before.
 */
import { LABELS } from '../../domain/claim.ts';
import { type Closing, formatClosing, formatQuarantine } from '../../domain/closing.ts';
import { correlationId } from '../../domain/correlation.ts';
import { TaskFailedError } from '../../errors.ts';
import type { WriteOptions } from '../../pulp/pulp.ts';
import type { Guard } from '../lease.ts';
import type { OrphanDeps, OrphanEvent } from './deps.ts';
import { isSamePlace, type PushPlace, type ReadPlace, readPlace } from './read.ts';

/** One push repository, under its lease. */
export interface Work {
  readonly deps: OrphanDeps;
  readonly place: ReadPlace;
  /** checked before every write */
  readonly guard: Guard;
  readonly signal: AbortSignal;
}

/** Numbers of these writes, for their correlation ids; those of a reconcile are below. */
const STEPS = { quarantine: 16, closing: 17, clear: 18, delete: 19 } as const;

export async function beginQuarantine(work: Work): Promise<void> {
  const { deps, place } = work;
  await label(work, LABELS.quarantine, formatQuarantine(deps.now()), STEPS.quarantine);
  deps.log.warn('orphan found', { ...fieldsOf(place), task: place.proof });
  deps.onFound(eventOf(work));
}

/** From now on the front refuses tokens. */
export async function close(work: Work, closing: Closing): Promise<void> {
  const { deps, place } = work;
  await label(work, LABELS.closing, formatClosing(closing), STEPS.closing);
  deps.log.info('orphan is closed to pushes', { ...fieldsOf(place), order: closing.order });
}

/** Takes labels off, in this order. */
export async function clear(work: Work, labels: readonly string[]): Promise<void> {
  const { deps, place, guard } = work;
  const { pulp_href: href, pulp_labels: there } = place.distribution;
  for (const key of labels.filter((one) => Object.hasOwn(there, one))) {
    guard();
    await deps.pulp.removeLabel(href, key, options(work, STEPS.clear));
  }
}

/**
 * Deletes the push repository through its distribution, and reads back that it is gone.
 *
 * @returns false when it is not any more what it was: whoever asked looks at it anew
 * @throws E_TASK_FAILED when Pulp did not delete it
 */
export async function erase(work: Work): Promise<boolean> {
  const { deps, place, guard, signal } = work;
  const { pulp } = deps;
  if (!isSamePlace(place, await readPlace(deps, place.path, signal))) return false;

  guard();
  const task = await pulp.deleteDistribution(place.distribution.pulp_href, options(work, STEPS.delete));
  if (task !== null) await pulp.waitForTask(task, signal);
  const [left] = await pulp.readRepositories([place.href], signal);
  if (left) throw new TaskFailedError('pulp', task ?? 'of the deletion', `${place.name} is still there`);

  await deps.noteDeleted(place.uuid, deps.now());
  deps.onDeleted(eventOf(work));
  deps.log.warn('orphan deleted', { ...fieldsOf(place), task: place.proof });
  return true;
}

export function fieldsOf({ path, uuid, version, ownedId }: PushPlace) {
  return { path, uuid, version, repositoryId: ownedId };
}

function eventOf({ deps, place }: Work): OrphanEvent {
  return { ...fieldsOf(place), proof: place.proof, at: new Date(deps.now()).toISOString() };
}

async function label(work: Work, key: string, value: string, step: number): Promise<void> {
  work.guard();
  await work.deps.pulp.setLabel(work.place.distribution.pulp_href, key, value, options(work, step));
}

function options({ place: { uuid, version }, signal }: Work, step: number): WriteOptions {
  return { correlationId: correlationId({ uuid, version, step }), signal };
}
