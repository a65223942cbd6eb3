/** The loop that finds pushes: one daemon at a time, soon after a hint, slower when nothing stirs, and never broken. */
import { LeaseLostError } from '../errors.ts';
import type { DetectorDeps, Lease } from './deps.ts';
import { createHints } from './hints.ts';
import { createOutage } from './outage.ts';
import { createPace } from './pace.ts';
import { createWatch, type Watch } from './watch.ts';

export interface Detector {
  /** Looks until aborted; ends then without error. Failures are logged and tried again. */
  run(signal: AbortSignal): Promise<void>;
  /** Something may have been pushed. A daemon without the lease has nothing to wake: the other one looks anyway. */
  hint(path?: string): void;
  /** Compares everything with the next look. Done by itself at start, after a gap, and daily. */
  resync(): void;
}

/** The daemon that looks, as long as its lease holds. */
interface Lead {
  readonly lease: Lease;
  readonly watch: Watch;
}

const LEASE = 'detector';
const SHORTEST_LEASE_MS = 30_000;
const STANDBY_GAP_MS = 5000;

export function createDetector(deps: DetectorDeps): Detector {
  const { log, now, delay, options } = deps;
  const leaseMs = SHORTEST_LEASE_MS + 2 * options.idleMs;
  const pace = createPace({ ...options, now });
  const outage = createOutage(log, now);
  const hints = createHints(delay);
  let isResyncWanted = false;
  let lead: Lead | null = null;

  const takeLead = async (): Promise<Lead | null> => {
    let renewedAt = now();
    const lease = await deps.acquireLease(LEASE, leaseMs);
    if (!lease) return null;
    const keepLease = async () => {
      if (now() - renewedAt < leaseMs / 3) return;
      const askedAt = now();
      if (!(await lease.renew())) throw new LeaseLostError('another daemon looks for pushes now');
      renewedAt = askedAt;
    };
    return { lease, watch: createWatch(deps, { keepLease, onChange: () => pace.stir() }) };
  };

  /** One look; answers the time until the next. */
  const turn = async (signal: AbortSignal): Promise<{ ms: number; leastMs: number }> => {
    lead ??= await takeLead();
    if (!lead) return { ms: STANDBY_GAP_MS, leastMs: STANDBY_GAP_MS };
    if (isResyncWanted) lead.watch.resync();
    isResyncWanted = false;
    await lead.watch.look(signal);
    const leastMs = Math.max(options.activeMs, lead.watch.leastGapMs());
    return { ms: Math.max(pace.nextGapMs(), leastMs), leastMs };
  };

  const tryTurn = async (signal: AbortSignal) => {
    try {
      const gap = await turn(signal);
      outage.over();
      await hints.wait(gap.ms, gap.leastMs, signal);
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof LeaseLostError) {
        log.info('another daemon looks for pushes now');
        lead = null;
        return;
      }
      lead?.watch.reprobe();
      await delay(outage.failed(error), signal);
    }
  };

  return {
    async run(signal) {
      try {
        for (;;) {
          signal.throwIfAborted();
          await tryTurn(signal);
        }
      } catch (error) {
        if (!signal.aborted) throw error;
      } finally {
        await lead?.lease.release().catch(() => undefined); // it ends by itself
        lead = null;
      }
    },
    hint(path) {
      log.debug('hint of a push', path === undefined ? {} : { path });
      pace.stir();
      hints.wake();
    },
    resync() {
      isResyncWanted = true;
      hints.wake();
    },
  };
}
