/**
 * Makes the next step of one push repository towards its deletion, or back. Called again and again: by the sweep, when a
 * wait is over, and after a crash.
 */
import { nextStep } from '../../domain/orphan.ts';
import type { Outcome } from '../outcome.ts';
import type { OrphanDeps } from './deps.ts';
import { BUSY, hold, NOTHING } from './hold.ts';
import { rulesOf } from './read.ts';
import { beginQuarantine, clear, erase, fieldsOf, type Work } from './write.ts';

/** How a step ends; `again` is no failed attempt. */
export type StepOutcome =
  | { readonly kind: 'done'; readonly result: 'deleted' | 'left' }
  | Extract<Outcome, { kind: 'again' }>;

/** How soon it is tried again whether a run let go of the repository. */
const BUSY_MS = 1000;
/** A step that cleared something is followed by another one at once. */
const MOST_STEPS = 3;

/** @throws ReactorError by disposition */
export async function makeStep(deps: OrphanDeps, path: string, signal: AbortSignal): Promise<StepOutcome> {
  for (let made = 0; made < MOST_STEPS; made++) {
    const outcome = await hold(deps, path, signal, stepUnder);
    if (outcome === NOTHING) return { kind: 'done', result: 'left' };
    if (outcome === BUSY) return { kind: 'again', afterMs: BUSY_MS, reason: 'katello-busy' };
    if (outcome) return outcome;
  }
  return { kind: 'again', afterMs: BUSY_MS, reason: 'katello-busy' };
}

/** Null: it is to be looked at anew. */
async function stepUnder(work: Work): Promise<StepOutcome | null> {
  const { deps, place } = work;
  const step = nextStep(place.facts, rulesOf(deps));
  switch (step.kind) {
    case 'none':
    case 'due':
    case 'blocked':
      return { kind: 'done', result: 'left' };
    case 'quarantine':
      await beginQuarantine(work);
      return { kind: 'done', result: 'left' };
    case 'clear':
      await clear(work, step.labels);
      deps.log.warn('deletion is cancelled', { ...fieldsOf(place), labels: step.labels });
      return null;
    case 'wait':
      return { kind: 'again', afterMs: step.until - deps.now(), reason: 'closing' };
    case 'delete':
      return (await erase(work)) ? { kind: 'done', result: 'deleted' } : null;
    default:
      return step satisfies never;
  }
}
