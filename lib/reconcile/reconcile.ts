/**
 * Brings one push path to what was pushed: resolve, observe, plan, execute, verify, claim. Reads the world anew each
 * time, so that it may be called at any time, for any path, after any crash.
 */
import type { Drift } from '../domain/drift.ts';
import type { Plan } from '../domain/plan.ts';
import { type PlanView, viewPlan } from '../domain/plan-view.ts';
import type { KatelloIds } from '../domain/receipt.ts';
import { mayBeSigned } from '../domain/signature.ts';
import { InvariantError, isAbort } from '../errors.ts';
import { versionHref } from '../pulp/href.ts';
import { checkBlobs, copiedManifests } from './blobs.ts';
import { type Decided, decide } from './decide.ts';
import type { ReconcileDeps } from './deps.ts';
import { checkDrift } from './drift.ts';
import { execute, type Made, own } from './execute.ts';
import { type Guard, LEASE_TTL_MS, withLease } from './lease.ts';
import { createOutages } from './outages.ts';
import type { Outcome, RunContext } from './outcome.ts';
import { nextLook, nextPublish } from './pace.ts';
import { createRecorder, type Recorder } from './recorder.ts';
import { findPushRepository, locate, type Place, type Resolved, resolve } from './resolve.ts';
import { settle } from './settle.ts';
import { reportSignatures } from './signatures.ts';

/** The use case, as the worker and the command line call it. */
export interface Reconciler {
  /** @throws ReactorError by disposition: retry, replan, pause, give-up */
  reconcile(path: string, run: RunContext): Promise<Outcome>;
  /**
   * What a run would do now, and all that stays behind; null when nothing is pushed there. Writes nothing.
   *
   * @throws E_REFUSED as a run does, blob-mismatch too
   */
  plan(path: string, signal: AbortSignal): Promise<PlanView | null>;
  /** Whether Katello still shows what was pushed; null when nothing is pushed there. Writes nothing. @throws E_REFUSED */
  checkDrift(path: string, signal: AbortSignal): Promise<Drift | null>;
}

/** One run on one path. */
interface Run {
  readonly deps: ReconcileDeps;
  readonly recorder: Recorder;
  readonly path: string;
  readonly signal: AbortSignal;
}

/** A product, then a repository, then its content are three rounds; more is a fault. */
const MAX_ROUNDS = 4;
/** How soon a path looks again whether another run let go of its repository. */
const LEASE_RETRY_MS = 1_000;

const GONE: Outcome = { kind: 'done', result: 'gone' };

/** Creates the use case; the dependencies do the talking. */
export function createReconciler(deps: ReconcileDeps): Reconciler {
  const outages = createOutages(deps.now);

  return {
    async reconcile(path, { signal, isLastAttempt }) {
      const notBefore = await deps.readPace(path);
      const paceMs = (notBefore ?? 0) - deps.now();
      if (paceMs > 0) return { kind: 'again', afterMs: paceMs, reason: 'paced' };

      const recorder = createRecorder(deps, path);
      try {
        const outcome = await runRounds({ deps, recorder, path, signal });
        outages.clear();
        if (outcome.kind === 'done') await deps.settleAlarm(path, null);
        return outcome;
      } catch (error) {
        if (isAbort(error)) throw error;
        return await settle({ deps, recorder, outages, path, isLastAttempt }, error);
      }
    },

    async plan(path, signal) {
      const push = await findPushRepository(deps, path, signal);
      if (!push) return null;
      const resolved = await resolve(deps, await locate(deps, path, push, signal), null, signal);
      const decided = await decide(deps, resolved, signal);
      if (!decided) return null;

      const { pushed, target, claim } = decided.observed;
      await checkBlobs(deps.pulp, copiedManifests(decided.plan, pushed), signal);
      const plan = await withSignatures(deps, resolved, decided, signal);
      const about = { path, claimedVersion: claim?.pushVersion ?? null, version: pushed.version };
      return viewPlan({ ...about, repositoryId: target.repositoryId }, plan);
    },

    checkDrift: (path, signal) => checkDrift(deps, path, signal),
  };
}

/** Rounds until nothing was made that the snapshots did not know. */
async function runRounds(run: Run): Promise<Outcome> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const outcome = await runRound(run);
    if (outcome) return outcome;
  }
  throw new InvariantError(`${run.path} was not settled in ${MAX_ROUNDS} rounds`);
}

/** Rounds under one lease; null when the place has to be found again. */
async function runRound(run: Run): Promise<Outcome | null> {
  const { deps, path, signal } = run;
  const push = await findPushRepository(deps, path, signal);
  if (!push) return GONE;

  const place = await locate(deps, path, push, signal);
  const name = leaseNameOf(place);
  const lease = await deps.acquireLease(name, LEASE_TTL_MS);
  if (!lease) return { kind: 'again', afterMs: LEASE_RETRY_MS, reason: 'katello-busy' };
  return withLease(name, lease, async (guard) => {
    const first = await bringUp(run, place, null, guard);
    if (first.kind !== 'made') return first;
    if (first.repositoryId === null) return null;

    // the labels have changed since
    const labelled = await findPushRepository(deps, path, signal);
    if (!labelled) return GONE;
    const second = await bringUp(run, { ...place, push: labelled }, first.repositoryId, guard);
    return second.kind === 'made' ? null : second;
  });
}

/** @param madeId the repository, if it was made a moment ago */
async function bringUp(run: Run, place: Place, madeId: number | null, guard: Guard): Promise<Outcome | Made> {
  const { deps, recorder, path, signal } = run;
  const resolved = await resolve(deps, place, madeId, signal);
  const decided = await decide(deps, resolved, signal);
  if (!decided) return GONE;

  const { observed } = decided;
  const { pushed, claim } = observed;
  const isLookedAt = mayBeSigned(decided.plan, pushed, claim);
  const plan = isLookedAt ? await withSignatures(deps, resolved, decided, signal) : decided.plan;
  await recorder.open({ path, uuid: pushed.uuid, version: pushed.version, claimedVersion: claim?.pushVersion ?? null });
  const isToOwn = resolved.repository !== null && resolved.ownedId === null;
  if (plan.actions.length === 0 && !isToOwn) {
    await endUnchanged(run, resolved, plan);
    return { kind: 'done', result: 'unchanged' };
  }

  await recorder.plan(plan, idsOf(resolved));
  const work = { deps, resolved, observed, guard, stage: recorder.stage, signal };
  if (isToOwn) await own(work);
  const executed = await execute(plan, work);
  if (executed.kind === 'made') return executed;
  await endPublished(run, resolved, plan, executed.pull);
  return { kind: 'done', result: 'published' };
}

function withSignatures(
  { pulp }: ReconcileDeps,
  { push }: Resolved,
  { plan, observed }: Decided,
  signal: AbortSignal,
): Promise<Plan> {
  return reportSignatures(pulp, plan, versionHref(push.href, observed.pushed.version), signal);
}

/** Nothing to do: an earlier receipt of this version may still say that something was. */
async function endUnchanged(run: Run, resolved: Resolved, plan: Plan): Promise<void> {
  const receipt = run.recorder.receipt();
  if (plan.leftAlone.length > 0) await run.recorder.plan(plan, idsOf(resolved));
  if (receipt && receipt.state !== 'done') await run.recorder.done(idsOf(resolved), receipt.pull);
  await lookAgain(run, plan);
}

async function endPublished(run: Run, resolved: Resolved, plan: Plan, pull: string | null): Promise<void> {
  const { deps, recorder, path } = run;
  const before = recorder.receipt();
  const tags = [...new Set((before?.tags ?? []).filter(({ to }) => to !== null).map(({ name }) => name))];
  await recorder.done(idsOf(resolved), pull ? tags.map((tag) => `${pull}:${tag}`) : []);
  await lookAgain(run, plan);

  const receipt = recorder.receipt();
  const publishing = receipt?.stages.find(({ name }) => name === 'publish');
  if (!receipt || pull === null) return;
  const pushToKatelloMs = deps.now() - Date.parse(receipt.pushedAt);
  await deps.writePace(path, nextPublish(deps.now(), publishing?.durationMs ?? 0));
  deps.onPublished(pushToKatelloMs);
  deps.log.info('push published', { path, version: receipt.version, tags, durationMs: pushToKatelloMs });
}

/** What is held back is looked at again, though nobody pushes. */
async function lookAgain({ deps, recorder, path }: Run, { leftAlone }: Plan): Promise<void> {
  const isHeld = leftAlone.some(({ reason }) => reason === 'incomplete-index' || reason === 'nested-index');
  const receipt = recorder.receipt();
  if (isHeld && receipt) await deps.scheduleLook(path, nextLook(Date.parse(receipt.pushedAt), deps.now()));
}

/** The Katello repository; before the path owns one, its product and name. */
function leaseNameOf({ ownedId, productId, organization, path }: Place): string {
  if (ownedId !== null) return `repository/${ownedId}`;
  return productId === null ? `push-product/${organization.id}/${path.name}` : `product/${productId}/${path.name}`;
}

function idsOf({ organization, productId, repository }: Resolved): KatelloIds {
  return { organizationId: organization.id, productId, repositoryId: repository?.id ?? null };
}
