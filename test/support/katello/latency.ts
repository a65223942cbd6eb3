/** How long things take: as good as nothing in tests, or as recorded on two idle cores (Katello 5.0). */
import { setTimeout as sleep } from 'node:timers/promises';

/** `patient` is as fast, but asks Pulp less often how its tasks are: for a real one, which has better things to do. */
export type LatencyName = 'fast' | 'patient' | 'real';

export interface Latency {
  /** Planning of a task: two requests inside the same planning do not see each other's rows. */
  plan(signal: AbortSignal): Promise<void>;
  /** One step of a task. */
  step(signal: AbortSignal): Promise<void>;
  /** Indexing of so many tags. */
  index(tags: number, signal: AbortSignal): Promise<void>;
  /** Checking a password. */
  login(signal: AbortSignal): Promise<void>;
  /** Rendering of so many listed tags. */
  listTags(tags: number, signal: AbortSignal): Promise<void>;
  /** Wait before the poll with that number, from 0. */
  poll(attempt: number, signal: AbortSignal): Promise<void>;
}

interface Profile {
  readonly planMs: number;
  readonly stepMs: number;
  readonly indexMsPerTag: number;
  readonly loginMs: number;
  readonly listMsPerTag: number;
  readonly pollMs: readonly number[];
}

const FAST: Profile = { planMs: 15, stepMs: 3, indexMsPerTag: 0, loginMs: 0, listMsPerTag: 0, pollMs: [5, 10, 20, 40] };
const PROFILES: Readonly<Record<LatencyName, Profile>> = {
  fast: FAST,
  patient: { ...FAST, pollMs: [100, 200, 400] },
  // one publish at once 2.6 s, two 4.1 s each, twelve 31 s each: about 2 s of work that nothing else can use
  real: {
    planMs: 300,
    stepMs: 250,
    indexMsPerTag: 5,
    loginMs: 90,
    listMsPerTag: 9,
    pollMs: [500, 1_000, 2_000, 4_000],
  },
};

/** Work queues up behind one place, as if the machine had one core; waiting for a poll does not. */
export function createLatency(name: LatencyName): Latency {
  const profile = PROFILES[name];
  let queue: Promise<void> = Promise.resolve();

  function work(ms: number, signal: AbortSignal): Promise<void> {
    if (ms === 0) return Promise.resolve();
    if (name !== 'real') return sleep(ms, undefined, { signal });
    const done = queue.then(() => sleep(ms, undefined, { signal }));
    queue = done.catch(() => undefined);
    return done;
  }

  return {
    plan: (signal) => work(profile.planMs, signal),
    step: (signal) => work(profile.stepMs, signal),
    index: (tags, signal) => work(profile.indexMsPerTag * tags, signal),
    login: (signal) => work(profile.loginMs, signal),
    listTags: (tags, signal) => work(profile.listMsPerTag * tags, signal),
    poll: (attempt, signal) => {
      const ms = profile.pollMs[Math.min(attempt, profile.pollMs.length - 1)];
      return sleep(ms, undefined, { signal });
    },
  };
}
