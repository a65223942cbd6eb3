/**
 * What a worker does about a run that did not go through. Pure.
 */
import { AuthError, isAbort, ReactorError, type System, TransportError } from '../lib/errors.ts';

/** How a run ended, as far as a worker cares. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: string }
  | { readonly kind: 'again'; readonly afterMs: number; readonly reason: string };

export type Verdict =
  | { readonly kind: 'done' }
  /** we stop, or another worker has the job: it goes back as it was */
  | { readonly kind: 'give-back' }
  /** a system may be away or refuse us: ask it, and if so, nobody works until it answers */
  | {
      readonly kind: 'ask';
      readonly system: System;
      readonly otherwise: 'retry' | 'slow-down';
      readonly afterMs: number;
    }
  /** later, and no attempt is used up */
  | { readonly kind: 'postpone'; readonly afterMs: number }
  /** an attempt is used up */
  | { readonly kind: 'retry' }
  | { readonly kind: 'fail' };

const BUSY_MS = 5000;
/** Redis is away, or full: that is no fault of the path, and nothing is begun before it is well. */
const REDIS_MS = 2000;
const DOWN: Readonly<Record<string, System>> = { 'pulp-down': 'pulp', 'katello-down': 'katello' };

/** About a run that asks to be made again. */
export function judgeOutcome({ reason, afterMs }: Outcome & { kind: 'again' }): Verdict {
  const system = DOWN[reason];
  return system ? { kind: 'ask', system, otherwise: 'slow-down', afterMs } : { kind: 'postpone', afterMs };
}

/** About a run that threw. */
export function judgeError(error: unknown): Verdict {
  if (isAbort(error)) return { kind: 'give-back' };
  if (error instanceof AuthError) return { kind: 'ask', system: error.failure.system, otherwise: 'retry', afterMs: 0 };
  if (!(error instanceof ReactorError)) return { kind: 'fail' };
  if (error instanceof TransportError && error.system === 'redis') return { kind: 'postpone', afterMs: REDIS_MS };
  switch (error.disposition) {
    case 'retry':
    case 'replan':
      return { kind: 'retry' };
    case 'wait':
    case 'pause':
      return { kind: 'postpone', afterMs: BUSY_MS };
    case 'give-up':
      return { kind: 'fail' };
    default:
      return error.disposition satisfies never;
  }
}
