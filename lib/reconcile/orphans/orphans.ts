/**
 * Deleting what was deleted: push repositories whose Katello repository is gone, with a claim and a proof.
 */
import { type OrphanView, viewOrphan } from '../../domain/orphan-view.ts';
import type { OrphanDeps } from './deps.ts';
import { findOrphans } from './find.ts';
import {
  type Chose,
  type Deletion,
  type DeletionOrder,
  type KeepOrder,
  keep,
  type Ordered,
  orderDeletion,
} from './person.ts';
import { rulesOf } from './read.ts';
import { release } from './release.ts';
import { makeStep, type StepOutcome } from './step.ts';
import { type Swept, sweep } from './sweep.ts';

/** The use case, as workers, the front and the API call it. Each function reads the world anew. */
export interface Orphans {
  /** Finds orphans, and orders the deletion of those that are due. @throws what the ports throw */
  sweep(signal: AbortSignal): Promise<Swept>;
  /** The next step of one path. @throws ReactorError by disposition */
  step(path: string, signal: AbortSignal): Promise<StepOutcome>;
  /** For a push: fulfilled once the path is free of its orphan. @throws E_REFUSED closing, orphaned */
  release(path: string, signal: AbortSignal): Promise<void>;
  /** In Pulp's order. */
  list(signal: AbortSignal): Promise<readonly OrphanView[]>;
  /** @throws E_REFUSED orphan-limit */
  delete(order: DeletionOrder, signal: AbortSignal): Promise<Ordered<Deletion>>;
  keep(order: KeepOrder, signal: AbortSignal): Promise<Ordered<Chose>>;
}

/** Creates the use case; the dependencies do the talking. */
export function createOrphans(deps: OrphanDeps): Orphans {
  return {
    sweep: (signal) => sweep(deps, signal),
    step: (path, signal) => makeStep(deps, path, signal),
    release: (path, signal) => release(deps, path, signal),
    async list(signal) {
      const { orphans } = await findOrphans(deps, signal);
      const rules = rulesOf(deps);
      return orphans.map(({ path, facts, proof }) => viewOrphan(path, facts, proof, rules));
    },
    delete: (order, signal) => orderDeletion(deps, order, signal),
    keep: (order, signal) => keep(deps, order, signal),
  };
}
