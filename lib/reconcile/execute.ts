/**
 * Carries out a plan: one idempotent step for each kind of action, in the plan's order. Decides nothing.
 */
import { formatClaim, formatPins, isProtected, LABELS } from '../domain/claim.ts';
import { correlationId } from '../domain/correlation.ts';
import type { Action, Plan } from '../domain/plan.ts';
import type { StageName } from '../domain/receipt.ts';
import { InvariantError, TaskFailedError } from '../errors.ts';
import { findVersionRef, readVersionRef, versionHref } from '../pulp/href.ts';
import type { WriteOptions } from '../pulp/pulp.ts';
import { checkBlobs, copiedManifests } from './blobs.ts';
import { explainRefusal } from './busy.ts';
import { createPushProduct, createRepository } from './create.ts';
import type { ReconcileDeps } from './deps.ts';
import type { Guard } from './lease.ts';
import { changesTags, type Observed, observeServed } from './observe.ts';
import { cure } from './poison.ts';
import { publish, verify } from './publish.ts';
import type { Resolved } from './resolve.ts';
import { giveBack } from './served.ts';

/** What a plan is carried out on. */
export interface Run {
  readonly deps: ReconcileDeps;
  readonly resolved: Resolved;
  readonly observed: Observed;
  /** checked before every write */
  readonly guard: Guard;
  /** times a stage and writes it into the receipt */
  readonly stage: <T>(name: StageName, work: () => Promise<T>) => Promise<T>;
  readonly signal: AbortSignal;
}

/** What became of a plan; `pull` is what to pull, without tag, and null where nothing was published. */
export type Executed = { readonly kind: 'done'; readonly pull: string | null } | Made;

/** The repository was made, or the push product (null): the plan's snapshots are old. */
export interface Made {
  readonly kind: 'made';
  readonly repositoryId: number | null;
}

/** Numbers of our writes, for their correlation ids; never reuse one for another kind of write. */
const STEPS = { copy: 1, remove: 2, protect: 3, own: 4, pins: 5, claim: 6, cure: 7, giveBack: 8 } as const;

type OfKind<K extends Action['kind']> = Extract<Action, { kind: K }>;

/** Executes a plan; stops early where something was made that the snapshots did not know. */
export async function execute(plan: Plan, run: Run): Promise<Executed> {
  const only = <K extends Action['kind']>(kind: K): OfKind<K>[] =>
    plan.actions.filter((action): action is OfKind<K> => action.kind === kind);

  if (only('protect').length > 0) await run.stage('protect', () => protect(run));

  const added = only('copy-tags').flatMap((action) => action.tags);
  await checkBlobs(run.deps.pulp, copiedManifests(plan, run.observed.pushed), run.signal);

  const toMake = [...only('create-product'), ...only('create-repository')];
  if (toMake.length > 0) {
    return { kind: 'made', repositoryId: await run.stage('create', () => create(run)) };
  }

  await freeDistribution(run, run.observed.takenHref);
  const hrefs = (units: readonly { readonly href: string }[]): string[] => units.map(({ href }) => href);
  const lists = only('index-lists').flatMap((action) => action.lists);
  let version = run.observed.target.version;
  if (lists.length > 0) version = await run.stage('lists', () => orCure(run, () => indexLists(run, hrefs(lists))));

  const removed = only('remove-tags').flatMap((action) => action.tags);
  const manifests = only('remove-manifests').flatMap((action) => action.manifests);
  if (added.length + removed.length + manifests.length > 0) {
    const from = version;
    version = await run.stage('copy', () => copy(run, from, hrefs(added), hrefs([...removed, ...manifests])));
  }

  let pull: string | null = null;
  for (const { tag, digest } of only('publish')) {
    const repositoryId = repositoryIdOf(run);
    await run.stage('publish', async () => {
      const upload = { tag, digest: digest ?? (await readDigest(run, tag)) };
      run.guard();
      await orCure(run, () => publish(run.deps, repositoryId, upload, run.signal));
    });
    const tags = new Map<string, string | null>([
      ...removed.map(({ name }) => [name, null] as const),
      ...added.map((one) => [one.name, one.digest] as const),
    ]);
    const expected = { repositoryId, version, tags };
    pull = await run.stage('verify', () => orCure(run, () => verify(run.deps, expected, run.signal)));
  }

  if (only('claim').length > 0) await run.stage('claim', () => claim(run, plan, version));
  return { kind: 'done', pull };
}

/** Katello fails as long as a push past the web server has its distribution. */
async function freeDistribution(run: Run, takenHref: string | null): Promise<void> {
  if (takenHref === null) return;
  const path = run.resolved.path.path;
  run.deps.log.error("a push took over katello's distribution; it is given back", {
    path,
    reason: 'distribution-changed',
    distribution: run.resolved.repository?.container_repository_name,
  });
  run.guard();
  await giveBack(run.deps.pulp, takenHref, write(run, STEPS.giveBack));
}

/** Does what Katello may fail at. Where it fails for what can be cured it is; the next attempt goes through. */
async function orCure<T>(run: Run, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const { deps, observed, resolved, signal } = run;
    const { targetHref } = observed;
    if (targetHref && error instanceof TaskFailedError && error.system === 'katello') {
      const { takenHref } = await observeServed(deps, resolved, observed, signal);
      await freeDistribution(run, takenHref);
      const patient = { repositoryId: repositoryIdOf(run), targetHref, guard: run.guard };
      await cure(deps, { ...patient, options: write(run, STEPS.cure) });
    }
    throw error;
  }
}

/** The repository first: a distribution that carries the label says that both do. */
async function protect(run: Run): Promise<void> {
  const { push, ownedId, path } = run.resolved;
  if (ownedId !== null && !isProtected(push.distribution.pulp_labels)) {
    const reason = 'distribution-changed';
    run.deps.log.error('a push lost its protection; it is put back', { path: path.path, reason });
  }
  const targets = push.type === 'container' ? [push.href, push.distribution.pulp_href] : [push.distribution.pulp_href];
  for (const href of targets) await label(run, href, LABELS.protection, 'false', STEPS.protect);
}

/** @returns the repository; null: the push product had to be made first */
async function create(run: Run): Promise<number | null> {
  const { deps, resolved, signal } = run;
  run.guard();
  if (resolved.productId !== null) return createRepository(deps, resolved, resolved.productId, signal);
  await createPushProduct(deps, resolved, signal);
  return null;
}

/**
 * Lists have to be known to Katello before their tags arrive, or its index fails (Katello 4.0 to 5.0). Katello adds them
 * to its Pulp repository.
 *
 * @returns the latest version of target afterwards
 * @throws E_TASK_FAILED when tags changed meanwhile: the plan is of another world
 */
async function indexLists(run: Run, hrefs: readonly string[]): Promise<number> {
  const { katello, pulp } = run.deps;
  const repositoryId = repositoryIdOf(run);
  run.guard();
  const task = await katello.importUnits(repositoryId, hrefs, run.signal).catch(async (error: unknown) => {
    throw await explainRefusal(katello, repositoryId, error, run.signal);
  });
  await katello.waitForTask(task.id, run.signal);

  const { target, targetHref } = run.observed;
  const [repository] = targetHref ? await pulp.readRepositories([targetHref], run.signal) : [];
  if (!repository) throw new InvariantError('a plan makes lists known in a repository that does not exist');
  const latest = readVersionRef(repository.latest_version_href);
  for (let number = target.version + 1; number <= latest.number; number++) {
    const href = versionHref(latest.repositoryHref, number);
    if (await changesTags(pulp, href, run.signal)) throw movedOn(href);
  }
  return latest.number;
}

/**
 * Adds before it removes: the state between is a superset, and everything old and new can be pulled.
 *
 * @param from version that the plan was made for
 * @returns the version that this made, or `from` if nothing had to be changed
 * @throws E_TASK_FAILED when somebody else made a version in between: publishing ours would publish that one too
 */
async function copy(run: Run, from: number, added: readonly string[], removed: readonly string[]): Promise<number> {
  const { pulp } = run.deps;
  const { targetHref } = run.observed;
  if (!targetHref) throw new InvariantError('a plan copies into a repository that does not exist');

  let version = from;
  const finish = async (taskHref: string): Promise<void> => {
    const { created_resources } = await pulp.waitForTask(taskHref, run.signal);
    for (const { number } of created_resources.map(findVersionRef).filter((made) => made !== null)) {
      if (number !== version + 1) throw movedOn(versionHref(targetHref, version + 1));
      version = number;
    }
  };
  if (added.length > 0) {
    run.guard();
    await finish(await pulp.addContent(targetHref, added, write(run, STEPS.copy)));
  }
  if (removed.length > 0) {
    run.guard();
    await finish(await pulp.removeContent(targetHref, removed, write(run, STEPS.remove)));
  }
  return version;
}

function movedOn(href: string): TaskFailedError {
  return new TaskFailedError('pulp', `that made ${href}`, 'somebody else changed the repository meanwhile');
}

/** Of a tag that both sides have, so that its manifest was not read before. */
async function readDigest({ deps, observed, signal }: Run, name: string): Promise<string> {
  const [tag] = await deps.pulp.readTags([observed.target.tags.get(name)?.href ?? ''], signal);
  const [manifest] = tag ? await deps.pulp.readManifests([tag.tagged_manifest], signal) : [];
  if (!manifest) throw new InvariantError(`tag ${name} of the target has no manifest in Pulp`);
  return manifest.digest;
}

/** Pins before the claim: whoever reads the claim may rely on them. */
async function claim(run: Run, plan: Plan, targetVersion: number): Promise<void> {
  const { distribution, uuid } = run.resolved.push;
  const href = distribution.pulp_href;
  const pins = formatPins(plan.pins);
  if (pins !== formatPins(run.observed.pins)) await label(run, href, LABELS.pins, pins, STEPS.pins);

  const value = formatClaim({
    uuid,
    repositoryId: repositoryIdOf(run),
    pushVersion: run.observed.pushed.version,
    targetVersion,
  });
  await label(run, href, LABELS.claim, value, STEPS.claim);
}

/** Says in Pulp which Katello repository this push repository fills. */
export async function own(run: Run): Promise<void> {
  const { distribution } = run.resolved.push;
  await label(run, distribution.pulp_href, LABELS.repository, String(repositoryIdOf(run)), STEPS.own);
}

async function label(run: Run, href: string, key: string, value: string, step: number): Promise<void> {
  run.guard();
  await run.deps.pulp.setLabel(href, key, value, write(run, step));
}

function write({ observed, signal }: Run, step: number): WriteOptions {
  const { uuid, version } = observed.pushed;
  return { correlationId: correlationId({ uuid, version, step }), signal };
}

function repositoryIdOf({ resolved }: Run): number {
  if (!resolved.repository) throw new InvariantError('a plan publishes a repository that does not exist');
  return resolved.repository.id;
}
