/**
 * What a person decides about orphans: to delete some, or to keep some, which publishes them again.
 */
import { LABELS } from '../../domain/claim.ts';
import type { Order } from '../../domain/closing.ts';
import { closingInForce, isMeantByAll, isOrphan, orphanVerdict } from '../../domain/orphan.ts';
import { describeReason, type Reason, refuse } from '../../domain/reason.ts';
import { BusyError } from '../../errors.ts';
import type { OrphanDeps } from './deps.ts';
import { findOrphans } from './find.ts';
import { BUSY, hold } from './hold.ts';
import { type ReadPlace, readFacts, readPlace, rulesOf } from './read.ts';
import { createSurroundings } from './surroundings.ts';
import { clear, close, fieldsOf, type Work } from './write.ts';

/** Which orphans a person means. */
export type Chosen = { readonly paths: readonly string[] } | { readonly all: true };

export interface KeepOrder {
  readonly chosen: Chosen;
  /** true: writes nothing, answers the same */
  readonly dryRun: boolean;
}

export interface DeletionOrder extends KeepOrder {
  /** more than this is a mistake */
  readonly limit: number;
  /** also those whose deletion in Katello nothing proves */
  readonly unproven: boolean;
}

/** An orphan that goes, or is kept. */
export interface Chose {
  readonly path: string;
  readonly uuid: string;
  readonly version: number;
  readonly repositoryId: number | null;
}

/** With the milliseconds until no token for it can be alive. */
export interface Deletion extends Chose {
  readonly afterMs: number;
}

/** What was ordered. Where a named path is no orphan, or may not go, nothing is done to any. */
export interface Ordered<T> {
  readonly items: readonly T[];
  /** paths that are no orphans */
  readonly missing: readonly string[];
  readonly refused: readonly Refusal[];
}

export interface Refusal {
  readonly path: string;
  readonly reason: Reason;
  readonly message: string;
  readonly hint: string | null;
}

/** In this order: as long as the repository's label is there, so is what it leads to, and no token is granted. */
const KEPT = [LABELS.quarantine, LABELS.pins, LABELS.claim, LABELS.repository, LABELS.closing];

/**
 * Orders the deletion of all chosen ones, or of none.
 *
 * @throws E_REFUSED orphan-limit for too many; E_BUSY while a run has one of them
 */
export async function orderDeletion(
  deps: OrphanDeps,
  { chosen, limit, unproven, dryRun }: DeletionOrder,
  signal: AbortSignal,
): Promise<Ordered<Deletion>> {
  const order: Order = unproven ? 'unproven' : 'person';
  const isAll = 'all' in chosen;
  const { items, missing } = await choose(deps, chosen, signal);
  const refused = isAll ? [] : items.flatMap((orphan) => refusalOf(deps, orphan, order));
  if (missing.length + refused.length > 0) return { items: [], missing, refused };

  const going = isAll ? items.filter(({ facts }) => isMeantByAll(facts, order, rulesOf(deps))) : items;
  if (going.length > limit) throw refuse('orphan-limit', { n: String(going.length) });
  for (const { path } of dryRun ? [] : going) await begin(deps, path, order, signal);
  return { items: going.map((orphan) => ({ ...choseOf(orphan), afterMs: restOf(deps, orphan) })), missing, refused };
}

/**
 * Makes the chosen ones push repositories that were never published, and has them published.
 *
 * @throws E_BUSY while a run has one of them
 */
export async function keep(
  deps: OrphanDeps,
  { chosen, dryRun }: KeepOrder,
  signal: AbortSignal,
): Promise<Ordered<Chose>> {
  const { items, missing } = await choose(deps, chosen, signal);
  const foreign = items.filter(({ facts }) => !facts.isOurs);
  const refused = 'all' in chosen ? [] : foreign.map(({ path }) => refusal(path, 'foreign-distribution'));
  if (missing.length + refused.length > 0) return { items: [], missing, refused };

  const kept = items.filter(({ facts }) => facts.isOurs);
  for (const { path } of dryRun ? [] : kept) {
    await holdOrphan(deps, path, signal, async (work) => {
      await clear(work, KEPT);
      deps.log.info('orphan is kept', fieldsOf(work.place));
    });
    await deps.queueRun(path);
  }
  return { items: kept.map(choseOf), missing, refused };
}

async function choose(
  deps: OrphanDeps,
  chosen: Chosen,
  signal: AbortSignal,
): Promise<{ items: readonly ReadPlace[]; missing: readonly string[] }> {
  if ('all' in chosen) return { items: (await findOrphans(deps, signal)).orphans, missing: [] };

  const items: ReadPlace[] = [];
  const missing: string[] = [];
  const surroundings = createSurroundings(deps);
  for (const path of new Set(chosen.paths)) {
    const place = await readPlace(deps, path, signal);
    const read = place && (await readFacts(deps, place, surroundings, signal));
    if (read && isOrphan(read.facts)) items.push(read);
    else missing.push(path);
  }
  return { items, missing };
}

/** One whose deletion was ordered already keeps its time; a person's order is stronger than the sweep's. */
async function begin(deps: OrphanDeps, path: string, order: Order, signal: AbortSignal): Promise<void> {
  await holdOrphan(deps, path, signal, async (work) => {
    const { facts, uuid, version } = work.place;
    const rules = rulesOf(deps);
    const before = closingInForce(facts, rules);
    if (before === null && !orphanVerdict(facts, order, rules).mayGo) return;
    const stronger = before === null || before.order === 'sweep' ? order : before.order;
    await close(work, { uuid, version, since: before?.since ?? rules.now, order: stronger });
  });
  await deps.queueStep(path, deps.settings.closingMs);
}

async function holdOrphan(
  deps: OrphanDeps,
  path: string,
  signal: AbortSignal,
  work: (held: Work) => Promise<void>,
): Promise<void> {
  const held = await hold(deps, path, signal, async (found) => {
    const { facts } = found.place;
    if (isOrphan(facts) && facts.isOurs) await work(found);
  });
  if (held === BUSY) throw new BusyError('katello', `another run works on ${path}`, [], false);
}

function refusalOf(deps: OrphanDeps, { path, facts }: ReadPlace, order: Order): Refusal[] {
  const rules = rulesOf(deps);
  if (closingInForce(facts, rules)) return [];
  const verdict = orphanVerdict(facts, order, rules);
  return verdict.mayGo ? [] : [refusal(path, verdict.reason, verdict.until)];
}

function refusal(path: string, reason: Reason, until: number | null = null): Refusal {
  const details = { path, ...(until !== null && { time: new Date(until).toISOString() }) };
  return { path, reason, ...describeReason(reason, details) };
}

/** Milliseconds until it may be deleted, if that is ordered now. */
function restOf({ settings, now }: OrphanDeps, { facts }: ReadPlace): number {
  const before = closingInForce(facts, rulesOf({ settings, now }));
  return before === null ? settings.closingMs : Math.max(0, before.since + settings.closingMs - now());
}

function choseOf({ path, uuid, version, ownedId }: ReadPlace): Chose {
  return { path, uuid, version, repositoryId: ownedId };
}
