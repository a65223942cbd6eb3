/**
 * Writes the receipt of one run as it goes, so that `kpr status` shows where a push is.
 */
import type { Plan } from '../domain/plan.ts';
import { describeReason, isReason } from '../domain/reason.ts';
import {
  finish,
  type KatelloIds,
  type Origin,
  openReceipt,
  type Push,
  type Receipt,
  type ReceiptError,
  type StageName,
  withPlan,
  withStage,
} from '../domain/receipt.ts';
import { ReactorError, RefusedError, TransportError } from '../errors.ts';
import type { ReconcileDeps } from './deps.ts';

export interface Recorder {
  /** The receipt so far; null before a push was seen. */
  readonly receipt: () => Receipt | null;
  /** Goes on with the receipt of this push version, or opens it: the time until now was its detection. */
  readonly open: (push: Omit<Push, 'kind' | 'user' | 'note' | 'pushedAt'>) => Promise<void>;
  /** Reading both sides since the run began, and deciding. */
  readonly plan: (plan: Plan, katello: KatelloIds) => Promise<void>;
  /** Times the work, and marks the stage failed if it throws. */
  readonly stage: <T>(name: StageName, work: () => Promise<T>) => Promise<T>;
  readonly wait: (error: ReceiptError) => Promise<void>;
  readonly done: (katello: KatelloIds, pull: readonly string[]) => Promise<void>;
  readonly fail: (state: 'failed' | 'refused', error: ReceiptError) => Promise<void>;
}

type RecorderDeps = Pick<
  ReconcileDeps,
  'saveReceipt' | 'findReceipt' | 'findSeenAt' | 'findOrigin' | 'onStage' | 'now' | 'log'
>;

const UNKNOWN_ORIGIN: Origin = { kind: 'push', user: null, note: null };

/** A recorder for one run on this path. A store that is away never stops a run: receipts are history. */
export function createRecorder(deps: RecorderDeps, path: string): Recorder {
  const begunAt = deps.now();
  let receipt: Receipt | null = null;

  async function save(next: Receipt): Promise<void> {
    receipt = next;
    await unlessAway(deps.saveReceipt(next), undefined);
  }

  async function unlessAway<T>(work: Promise<T>, otherwise: T): Promise<T> {
    try {
      return await work;
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      deps.log.debug('receipt is not kept', { path, error: error.message });
      return otherwise;
    }
  }

  return {
    receipt: () => receipt,

    async open(push) {
      const earlier = await unlessAway(deps.findReceipt(path), null);
      if (earlier?.uuid === push.uuid && earlier.version === push.version) {
        receipt = earlier;
        return;
      }
      const startedAt = new Date((await unlessAway(deps.findSeenAt(path), null)) ?? begunAt);
      const origin = await unlessAway(deps.findOrigin(push), UNKNOWN_ORIGIN);
      const opened = openReceipt({ ...push, ...origin, pushedAt: startedAt });
      receipt = withStage(opened, { name: 'detect', startedAt, endedAt: new Date(begunAt), outcome: 'ok' });
    },

    async plan(plan, katello) {
      if (!receipt) return;
      const [startedAt, endedAt] = [new Date(begunAt), new Date(deps.now())];
      const planned = withPlan({ ...receipt, state: 'running' }, plan, katello);
      await save(withStage(planned, { name: 'plan', startedAt, endedAt, outcome: 'ok' }));
    },

    async stage(name, work) {
      const startedAt = new Date(deps.now());
      const end = async (outcome: 'ok' | 'failed'): Promise<void> => {
        const endedAt = new Date(deps.now());
        deps.onStage(name, endedAt.getTime() - startedAt.getTime());
        deps.log.debug('stage ended', {
          path,
          stage: name,
          outcome,
          durationMs: endedAt.getTime() - startedAt.getTime(),
        });
        if (receipt) await save(withStage(receipt, { name, startedAt, endedAt, outcome }));
      };
      try {
        const result = await work();
        await end('ok');
        return result;
      } catch (error) {
        await end('failed');
        throw error;
      }
    },

    async wait(error) {
      if (receipt && receipt.state !== 'done') await save({ ...receipt, state: 'waiting', error });
    },
    async done(katello, pull) {
      if (receipt) await save(finish(receipt, { state: 'done', katello, pull }));
    },
    async fail(state, error) {
      if (receipt) await save(finish(receipt, { state, error }));
    },
  };
}

/** A failure as receipts show it. */
export function toReceiptError(error: unknown): ReceiptError {
  if (error instanceof RefusedError && isReason(error.reason)) {
    return { code: error.code, reason: error.reason, ...describeReason(error.reason, error.details) };
  }
  if (error instanceof ReactorError) return { code: error.code, reason: null, message: error.message, hint: null };
  return { code: 'E_INVARIANT', reason: null, message: String(error), hint: null };
}
