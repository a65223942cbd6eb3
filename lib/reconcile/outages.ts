/**
 * Remembers since when a server is away, so that waiting paths say so and ask less often the longer it lasts.
 */
import { HttpStatusError, type System, TransportError } from '../errors.ts';

/** How long a path waits for a server that is away, at least and at most. */
const SHORTEST_MS = 2_000;
const LONGEST_MS = 60_000;

type Upstream = Exclude<System, 'redis'>;

/** A server that does not answer, or whose web server says that it is not there. */
export interface Outage {
  readonly system: Upstream;
  /** epoch ms of the first failure */
  readonly since: number;
  /** wait this long before the next try */
  readonly waitMs: number;
}

export interface Outages {
  /** The outage that this failure is a sign of, or null if it is none. */
  note(error: unknown): Outage | null;
  /** A run went through: both servers answered. */
  clear(): void;
}

/** Remembers outages in memory; the wait is half as long as the outage, within bounds. */
export function createOutages(now: () => number): Outages {
  const since = new Map<Upstream, number>();
  return {
    note(error) {
      const system = silentSystem(error);
      if (!system) return null;
      const start = since.get(system) ?? now();
      since.set(system, start);
      return { system, since: start, waitMs: Math.min(LONGEST_MS, Math.max(SHORTEST_MS, (now() - start) / 2)) };
    },
    clear: () => since.clear(),
  };
}

function silentSystem(error: unknown): Upstream | null {
  const system = systemOf(error);
  return system === 'redis' ? null : system;
}

function systemOf(error: unknown): System | null {
  if (error instanceof TransportError) return error.system;
  const isAway = error instanceof HttpStatusError && [429, 502, 503, 504].includes(error.failure.status);
  return isAway ? error.failure.system : null;
}
