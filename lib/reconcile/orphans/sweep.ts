/**
 * The sweep: finds orphans, has each one's next step made, and orders the deletion of those that are due, unless they are
 * more than a person would believe.
 */

import { LABELS } from '../../domain/claim.ts';
import { readClosing } from '../../domain/closing.ts';
import {
  closingInForce,
  mayAllGo,
  nextStep,
  ORPHAN_STATES,
  type OrphanState,
  orphanState,
  orphanVerdict,
} from '../../domain/orphan.ts';
import { describeReason } from '../../domain/reason.ts';
import type { OrphanDeps } from './deps.ts';
import { findOrphans } from './find.ts';
import { BUSY, hold, NOTHING } from './hold.ts';
import { type ReadPlace, rulesOf } from './read.ts';
import { clear, close } from './write.ts';

/** How many orphans there are, by state; every state is named. */
export type OrphanCounts = Readonly<Record<string, number>>;

export interface Swept {
  readonly counts: OrphanCounts;
  /** false if another run had one that is due: sweep again soon */
  readonly isWhole: boolean;
}

/** @throws what the ports throw */
export async function sweep(deps: OrphanDeps, signal: AbortSignal): Promise<Swept> {
  const { orphans, leftovers } = await findOrphans(deps, signal);
  const rules = rulesOf(deps);
  const due: ReadPlace[] = [];
  const onTheirWay: ReadPlace[] = [];

  for (const orphan of orphans) {
    const step = nextStep(orphan.facts, rules);
    if (step.kind === 'due') due.push(orphan);
    else if (closingInForce(orphan.facts, rules)?.order === 'sweep') onTheirWay.push(orphan);
    else if (step.kind !== 'blocked') await deps.queueStep(orphan.path, 0);
  }
  for (const path of leftovers) await deps.queueStep(path, 0);

  let isWhole = true;
  const n = due.length + onTheirWay.length;
  const isWithinLimit = mayAllGo(due.length, onTheirWay.length, deps.settings.limit);
  await deps.settleLimit(isWithinLimit ? null : n);
  if (isWithinLimit) {
    for (const { path } of due) isWhole = (await order(deps, path, signal)) && isWhole;
    for (const { path } of onTheirWay) await deps.queueStep(path, 0);
  } else {
    await stopAll(deps, n, onTheirWay, signal);
  }
  return { counts: countStates(orphans.map(({ facts }) => orphanState(facts, rules))), isWhole };
}

/** What is ordered holds only if it may still go, read again under its lease; false if another run has that. */
async function order(deps: OrphanDeps, path: string, signal: AbortSignal): Promise<boolean> {
  const ordered = await hold(deps, path, signal, async (work) => {
    const { facts, uuid, version } = work.place;
    const rules = rulesOf(deps);
    if (nextStep(facts, rules).kind !== 'due' || !orphanVerdict(facts, 'sweep', rules).mayGo) return false;
    await close(work, { uuid, version, since: rules.now, order: 'sweep' });
    return true;
  });
  if (ordered === true) await deps.queueStep(path, deps.settings.closingMs);
  return ordered !== BUSY;
}

/** More than the limit: none goes, and what the sweep itself has ordered before is taken back. */
async function stopAll(
  deps: OrphanDeps,
  n: number,
  onTheirWay: readonly ReadPlace[],
  signal: AbortSignal,
): Promise<void> {
  const { message, hint } = describeReason('orphan-limit', { n: String(n) });
  deps.log.error('orphans are over the limit', {
    reason: 'orphan-limit',
    due: n,
    limit: deps.settings.limit,
    error: message,
    hint,
  });
  for (const { path } of onTheirWay) {
    const cleared = await hold(deps, path, signal, async (work) => {
      if (readClosing(work.place.facts.labels)?.order === 'sweep') await clear(work, [LABELS.closing]);
    });
    if (cleared === BUSY || cleared === NOTHING) deps.log.debug('orphan is not closed any more', { path });
  }
}

function countStates(states: readonly OrphanState[]): OrphanCounts {
  const count = (state: OrphanState): number => states.filter((one) => one === state).length;
  return Object.fromEntries(ORPHAN_STATES.map((state) => [state, count(state)]));
}
