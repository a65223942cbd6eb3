/** What the detector needs from outside, as narrow functions. It knows no HTTP, no Redis and no queue. */
import type { Pulp } from '../pulp/pulp.ts';

/** Resolves after the time; rejects with the abort. */
export type Delay = (ms: number, signal?: AbortSignal) => Promise<void>;

/** A lock with an end. */
export interface Lease {
  /** false when somebody else has it now, or it had ended */
  renew(): Promise<boolean>;
  release(): Promise<void>;
}

/** Static text and fields. */
export type Log = Readonly<
  Record<'debug' | 'info' | 'warn' | 'error', (message: string, fields?: Readonly<Record<string, unknown>>) => void>
>;

export interface DetectorOptions {
  /** gap between two looks after a hint or a push, and when nothing stirs, in milliseconds */
  readonly activeMs: number;
  readonly idleMs: number;
  /** null: by Pulp's version, 5 s or 60 s */
  readonly overlapMs: number | null;
}

export interface DetectorDeps {
  readonly pulp: Pick<
    Pulp,
    | 'readStatus'
    | 'findNewestTask'
    | 'listTasks'
    | 'readTasks'
    | 'listRecentRepositories'
    | 'listRepositories'
    | 'readRepositories'
    | 'listDistributions'
  >;
  /** reserved first segment of push repositories in Pulp */
  readonly prefix: string;
  /** `seenAt` is epoch milliseconds */
  readonly enqueue: (path: string, found: { readonly version: number; readonly seenAt: number }) => Promise<void>;
  /** paths that hold something back */
  readonly listHeldPaths: () => Promise<ReadonlySet<string>>;
  readonly readCursor: () => Promise<string | null>;
  readonly writeCursor: (cursor: string) => Promise<void>;
  /** null when another daemon holds it */
  readonly acquireLease: (name: string, ttlMs: number) => Promise<Lease | null>;
  readonly log: Log;
  readonly onLook: (feed: 'tasks' | 'repositories', durationMs: number) => void;
  /** epoch milliseconds */
  readonly now: () => number;
  readonly delay: Delay;
  readonly options: DetectorOptions;
}
