/**
 * A push token is asked for an orphan: its quarantine ends, it goes first, and the push begins afresh. Nobody's push is
 * lost: as long as a token for the path may be alive, the answer is to try again.
 */

import { LABELS } from '../../domain/claim.ts';
import { closingInForce, isOrphan, nextStep, orphanVerdict } from '../../domain/orphan.ts';
import { refuse } from '../../domain/reason.ts';
import type { OrphanDeps } from './deps.ts';
import { BUSY, hold, NOTHING } from './hold.ts';
import { rulesOf } from './read.ts';
import { beginQuarantine, clear, close, erase, type Work } from './write.ts';

const MINUTE_MS = 60_000;
/** Labels, then the deletion; each round reads the world anew. */
const MOST_ROUNDS = 5;

/**
 * Fulfilled once the path has no orphan: it is gone, or is none (any more).
 *
 * @throws E_REFUSED closing, with the minutes; orphaned, where only a person may decide
 */
export async function release(deps: OrphanDeps, path: string, signal: AbortSignal): Promise<void> {
  for (let round = 0; round < MOST_ROUNDS; round++) {
    const outcome = await hold(deps, path, signal, releaseUnder);
    if (outcome === BUSY) break;
    if (outcome === NOTHING || outcome === 'free') return;
    if (outcome === 'orphaned') throw refuse('orphaned', { path });
    if (outcome !== 'again') {
      await deps.queueStep(path, outcome.waitMs);
      throw closing(outcome.waitMs);
    }
  }
  throw closing(MINUTE_MS);
}

async function releaseUnder(work: Work): Promise<'free' | 'orphaned' | 'again' | { waitMs: number }> {
  const { deps, place } = work;
  const { facts, uuid, version } = place;
  const rules = rulesOf(deps);
  if (!isOrphan(facts)) {
    await clear(work, [LABELS.closing, LABELS.quarantine]);
    return 'free';
  }

  const ordered = closingInForce(facts, rules);
  const step = nextStep(facts, rules);
  if (step.kind === 'clear') {
    await clear(work, step.labels);
    return 'again';
  }
  if (orphanVerdict(facts, 'push', rules).mayGo && ordered?.order !== 'push') {
    if (step.kind === 'quarantine') await beginQuarantine(work);
    else await close(work, { uuid, version, since: ordered?.since ?? rules.now, order: 'push' });
    return 'again';
  }
  if (step.kind === 'wait') return { waitMs: step.until - rules.now };
  if (step.kind === 'delete') return (await erase(work)) ? 'free' : 'again';
  return 'orphaned';
}

function closing(waitMs: number): Error {
  return refuse('closing', { n: String(Math.max(1, Math.ceil(waitMs / MINUTE_MS))) });
}
