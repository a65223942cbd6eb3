/**
 * Sets how many paths all daemons work on at once, from what was published lately. One daemon does it at a time.
 */
import { adaptConcurrency, startConcurrency } from './concurrency.ts';
import type { Queues } from './queues.ts';

export interface TunerDeps {
  readonly queues: Pick<Queues, 'inspect' | 'limitConcurrency'>;
  /** null when another daemon does it */
  readonly acquireLease: (name: string, ttlMs: number) => Promise<{ renew(): Promise<boolean> } | null>;
  readonly ceiling: number;
  /** milliseconds that never go back */
  readonly now: () => number;
}

export interface Tuner {
  /** A push was published. */
  published(): void;
  /** Ends a window of time: about a minute, so that several publishes fall into it. @throws E_TRANSPORT */
  tick(): Promise<void>;
  level(): number;
}

const LEASE_MS = 150_000;

export function createTuner({ queues, acquireLease, ceiling, now }: TunerDeps): Tuner {
  let lease: { renew(): Promise<boolean> } | null = null;
  let state = startConcurrency(ceiling);
  let published = 0;
  let windowStart = now();

  const isOurs = async () => {
    if (lease && (await lease.renew())) return true;
    lease = await acquireLease('concurrency', LEASE_MS);
    return lease !== null;
  };

  return {
    published: () => {
      published += 1;
    },
    tick: async () => {
      const sample = { published, seconds: (now() - windowStart) / 1000 };
      published = 0;
      windowStart = now();
      if (!(await isOurs())) return;

      const counts = await queues.inspect();
      const waiting = counts.find(({ queue }) => queue === 'reconcile')?.states['waiting'] ?? 0;
      if (sample.seconds > 1) state = adaptConcurrency(state, { ...sample, waiting }, ceiling);
      await queues.limitConcurrency(state.level);
    },
    level: () => state.level,
  };
}
