/**
 * What the deletion of push repositories needs from outside, as narrow functions.
 */
import type { Policy } from '../../domain/plan.ts';
import type { Katello } from '../../katello/katello.ts';
import type { Pulp } from '../../pulp/pulp.ts';
import type { Lease, Log } from '../deps.ts';

/** What a person set. */
export interface OrphanSettings {
  /** reserved first segment of push repositories in Pulp */
  readonly prefix: string;
  readonly policy: Policy;
  readonly quarantineMs: number;
  /** for how long a token may work that was granted before the front refused */
  readonly closingMs: number;
  /** how many the sweep may delete at once */
  readonly limit: number;
}

/** What others are told of an orphan. */
export interface OrphanEvent {
  readonly path: string;
  readonly uuid: string;
  readonly version: number;
  readonly repositoryId: number | null;
  /** id of the task that proves the deletion in Katello; null where a person decided without one */
  readonly proof: string | null;
  /** ISO 8601, UTC */
  readonly at: string;
}

export interface OrphanDeps {
  readonly pulp: Pick<
    Pulp,
    | 'findDistribution'
    | 'listDistributions'
    | 'findDistributionsOf'
    | 'readRepositories'
    | 'setLabel'
    | 'removeLabel'
    | 'deleteDistribution'
    | 'waitForTask'
  >;
  readonly katello: Pick<Katello, 'listAllRepositories' | 'findRepository' | 'findDestroyTasks'>;
  readonly settings: OrphanSettings;
  /** null when somebody else holds it */
  readonly acquireLease: (name: string, ttlMs: number) => Promise<Lease | null>;
  /** when the push repository of this uuid was deleted by us (epoch ms), as far as it is remembered */
  readonly findDeletedAt: (uuid: string) => Promise<number | null>;
  readonly noteDeleted: (uuid: string, at: number) => Promise<void>;
  /** Has the path's next step made after this time, once. */
  readonly queueStep: (path: string, afterMs: number) => Promise<void>;
  /** Has the path published as soon as possible. */
  readonly queueRun: (path: string) => Promise<void>;
  readonly log: Log;
  /** Its quarantine began. */
  readonly onFound: (orphan: OrphanEvent) => void;
  readonly onDeleted: (orphan: OrphanEvent) => void;
  /** So many are due, more than the limit; null: they are not. Never fails. */
  readonly settleLimit: (due: number | null) => Promise<void>;
  /** epoch milliseconds */
  readonly now: () => number;
}
