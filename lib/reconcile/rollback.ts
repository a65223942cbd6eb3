/**
 * Moves a tag of a push repository back to an image that is still there: a push like any other after that, which no look at
 * Katello undoes.
 */
import { LABELS } from '../domain/claim.ts';
import { correlationId } from '../domain/correlation.ts';
import { describeReason, refuse } from '../domain/reason.ts';
import { RefusedError } from '../errors.ts';
import { findVersionRef, readVersionRef } from '../pulp/href.ts';
import type { ReconcileDeps } from './deps.ts';
import { findPushRepository, locate, type PushRepository, type ResolveDeps, resolve } from './resolve.ts';

export interface RollbackOrder {
  readonly path: string;
  readonly tag: string;
  /** of an image or index that the push repository holds */
  readonly digest: string;
  /** login of the person; null for whoever may open the daemon's own socket */
  readonly user: string | null;
  /** why, in the person's words */
  readonly reason: string | null;
  readonly dryRun: boolean;
}

export interface RolledBack {
  readonly path: string;
  readonly tag: string;
  /** digest that the tag names in the push repository now; null where there is no such tag */
  readonly from: string | null;
  readonly to: string;
  /** of the push repository, after it; in a dry run, or where the tag names that image already, before it */
  readonly version: number;
  readonly dryRun: boolean;
}

export interface RollbackDeps extends ResolveDeps, Pick<ReconcileDeps, 'log'> {
  /** Says which version will be, or is, a rollback. */
  readonly noteRollback: (
    uuid: string,
    version: number,
    note: { readonly user: string | null; readonly note: string | null },
  ) => Promise<void>;
  readonly forgetRollback: (uuid: string, version: number) => Promise<void>;
  /** Queues the path as the next one. */
  readonly queueRun: (path: string) => Promise<void>;
}

/** Beyond the steps of a run and of dropping pins. */
const STEP = 0xfffe;

/**
 * @returns null where nothing is pushed there, `no-such-image` where the push repository does not hold the digest
 * @throws E_REFUSED as a run does; closing while it is about to be deleted; policy where tags are never moved
 */
export async function rollBack(
  deps: RollbackDeps,
  order: RollbackOrder,
  signal: AbortSignal,
): Promise<RolledBack | 'no-such-image' | null> {
  const { pulp } = deps;
  const { path, tag, digest, dryRun } = order;
  const push = await findPushRepository(deps, path, signal);
  if (!push) return null;
  if (LABELS.closing in push.distribution.pulp_labels) throw refuse('closing', { n: 'some' });
  await resolve(deps, await locate(deps, path, push, signal), null, signal);

  const [repository] = await pulp.readRepositories([push.href], signal);
  if (!repository) return null;
  const latest = repository.latest_version_href;
  const { number: before } = readVersionRef(latest);
  const manifests = await pulp.listManifests(latest, signal);
  if (manifests.every((manifest) => manifest.digest !== digest)) return 'no-such-image';
  const tagged = await findTagged(deps, latest, tag, signal);
  const from = manifests.find(({ pulp_href: href }) => href === tagged)?.digest ?? null;
  if (from !== null && deps.settings.policy === 'create-only') throw forbidden();
  const done = { path, tag, from, to: digest, dryRun };
  if (dryRun || from === digest) return { ...done, version: before };

  return { ...done, version: await carryOut(deps, push, before, order, signal) };
}

/** Number of the version that it made. A push at the same moment may come before it. */
async function carryOut(
  deps: RollbackDeps,
  { href, uuid }: PushRepository,
  before: number,
  { path, tag, digest, user, reason }: RollbackOrder,
  signal: AbortSignal,
): Promise<number> {
  const { pulp, log } = deps;
  const note = { user, note: reason };
  const expected = before + 1;
  await deps.noteRollback(uuid, expected, note); // before a run can see the version
  const options = { correlationId: correlationId({ uuid, version: before, step: STEP }), signal };
  const { created_resources: created } = await pulp.waitForTask(
    await pulp.tagImage(href, tag, digest, options),
    signal,
  );
  const made = created.map((resource) => findVersionRef(resource)?.number).find((number) => number !== undefined);
  const version = made ?? before;
  if (version !== expected) {
    await deps.forgetRollback(uuid, expected);
    if (made !== undefined) await deps.noteRollback(uuid, made, note);
  }
  await deps.queueRun(path);
  log.info('rolled back', { path, tag, digest, version, user, reason });
  return version;
}

async function findTagged(
  { pulp }: Pick<RollbackDeps, 'pulp'>,
  versionHref: string,
  name: string,
  signal: AbortSignal,
): Promise<string | null> {
  const row = (await pulp.listTagNames(versionHref, signal)).find((tag) => tag.name === name);
  const [tag] = row ? await pulp.readTags([row.pulp_href], signal) : [];
  return tag?.tagged_manifest ?? null;
}

function forbidden(): RefusedError {
  const details = { action: 'copy-tags' };
  return new RefusedError('policy', describeReason('policy', details).message, details);
}
