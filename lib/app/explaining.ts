/**
 * Everything that there is to say of a push path.
 */
import type { Config } from '../config.ts';
import { type Explanation, explain, type Mapping, type Refusal } from '../domain/explanation.ts';
import { OWN_RIGHTS } from '../domain/own-rights.ts';
import { parsePushPath, toPulpName } from '../domain/path.ts';
import type { PlanView } from '../domain/plan-view.ts';
import { describeReason } from '../domain/reason.ts';
import { AuthError, ReactorError, RefusedError, type System } from '../errors.ts';
import { type PathRead, readPath } from '../reconcile/explain.ts';
import type { Daemon } from './daemon.ts';
import { reconcileSettings } from './reconciling.ts';

type Parts = Pick<Daemon, 'clients' | 'directory' | 'store' | 'queues' | 'reconciler' | 'upstreams'>;

/** Writes nothing. @throws E_REFUSED bad-name; E_TRANSPORT while Redis is away */
export async function explainPath(
  config: Config,
  daemon: Parts,
  text: string,
  signal: AbortSignal,
): Promise<Explanation> {
  const { store, queues } = daemon;
  const path = parsePushPath(text);
  const read = await readOrOutage(config, daemon, text, signal);
  const isPaused = (await queues.inspect()).some(({ queue, isPaused: paused }) => queue === 'reconcile' && paused);
  return explain({
    ...read,
    path,
    pulpName: toPulpName(text, config.pathPrefix),
    pushProduct: config.pushProduct.name,
    pushHost: config.publicUrl.host,
    missingRights: await findMissingRights(config, daemon, read.mapping, signal),
    plan: 'reason' in read.mapping ? null : await planOrNull(daemon, text, signal),
    receipt: await store.receipts.findLatest(text),
    jobState: await queues.findState(text),
    pausedBy: isPaused ? ((await store.pauses.find('reconcile'))?.login ?? 'somebody on this machine') : null,
    alarms: (await store.alarms.list()).filter((alarm) => alarm.path === text),
  });
}

async function readOrOutage(config: Config, daemon: Parts, path: string, signal: AbortSignal): Promise<PathRead> {
  const { clients, directory, upstreams } = daemon;
  try {
    return await readPath({ ...clients, directory, settings: reconcileSettings(config) }, path, signal);
  } catch (error) {
    const outage = toOutage(error, upstreams);
    if (!outage) throw error;
    return { mapping: outage, version: null, ownedId: null, claim: null, pins: new Map() };
  }
}

/** Null for a failure that is no outage. */
function toOutage(error: unknown, upstreams: Daemon['upstreams']): Refusal | null {
  const system = systemOf(error);
  if (system !== 'pulp' && system !== 'katello') return null;
  const { since } = upstreams.states()[system];
  const reason = error instanceof AuthError ? 'account-refused' : system === 'pulp' ? 'pulp-down' : 'katello-down';
  const details = { system, time: since.toISOString() };
  return { isOutage: true, reason, message: `${reason}: ${describeReason(reason, details).message}`, details };
}

function systemOf(error: unknown): System | null {
  if (!(error instanceof ReactorError) || !['retry', 'pause'].includes(error.disposition)) return null;
  if ('system' in error && (error.system === 'pulp' || error.system === 'katello')) return error.system;
  return error instanceof AuthError ? error.failure.system : null;
}

async function planOrNull({ reconciler }: Parts, path: string, signal: AbortSignal): Promise<PlanView | null> {
  try {
    return await reconciler.plan(path, signal);
  } catch (error) {
    // what stands in the way is told by the newest push
    if (error instanceof RefusedError) return null;
    throw error;
  }
}

/** Of our own account; null where that could not be asked. */
async function findMissingRights(
  { katello: { login, password } }: Config,
  { clients }: Parts,
  mapping: Mapping | Refusal,
  signal: AbortSignal,
): Promise<readonly string[] | 'no-member' | null> {
  if ('reason' in mapping) return null;
  const { isAdmin } = await clients.katello.readCurrentUser(signal);
  if (isAdmin) return [];
  const user = { login, password: password.reveal(), address: '127.0.0.1' };
  const held = await clients.users.readPermissions(user, mapping.organization.id, signal);
  if (held === 'unauthenticated') return null;
  return held === 'hidden' ? 'no-member' : OWN_RIGHTS.filter((name) => !held.has(name));
}
