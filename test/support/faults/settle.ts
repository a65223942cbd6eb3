/** Brings a path home as the queue would, and counts what that took. */
import { ReactorError } from '../../../lib/errors.ts';
import type { Outcome } from '../../../lib/reconcile/outcome.ts';
import { MAX_ATTEMPTS } from '../../../queues/contract.ts';
import type { Lab } from '../lab.ts';

export interface Settled {
  readonly result: Extract<Outcome, { kind: 'done' }>['result'];
  readonly runs: number;
  /** runs that failed, of the ten that a path has before it goes to the failed set */
  readonly attempts: number;
}

const MAX_RUNS = 100;

/** @throws what puts the path into the failed set */
export async function settlePath(lab: Pick<Lab, 'reconcile'>, path: string): Promise<Settled> {
  let attempts = 0;
  for (let runs = 1; runs <= MAX_RUNS; runs++) {
    try {
      const outcome = await lab.reconcile(path);
      if (outcome.kind === 'done') return { result: outcome.result, runs, attempts };
    } catch (error) {
      const usesAttempt = error instanceof ReactorError && ['retry', 'replan'].includes(error.disposition);
      if (!usesAttempt || ++attempts >= MAX_ATTEMPTS) throw error;
    }
  }
  throw new Error(`${path} was not settled in ${MAX_RUNS} runs`);
}
