/**
 * Looks at one path on every smart proxy that carries it: what arrived, what is on its way, what has to be started. Reads
 * the world anew each time, so that it may be called at any time, after any crash. One proxy never delays another.
 */
import { readOwnedRepositoryId } from '../../domain/claim.ts';
import { toPulpName } from '../../domain/path.ts';
import type { Wish } from '../../domain/proxy-state.ts';
import { decideProxy, isSynced, type ProxyStep } from '../../domain/proxy-sync.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { AuthError, HttpStatusError } from '../../errors.ts';
import type { Mirrored, Proxy, SyncHistory } from '../../katello/proxies.ts';
import type { LookEnd, ProxyDeps } from './deps.ts';
import { carries, hasMirrors, type Installation, mirrorsOf, type ReadInstallation } from './installation.ts';
import { report, type Standing } from './report.ts';
import { isServing } from './serving.ts';

/** One look at one path. */
interface Look {
  readonly deps: ProxyDeps;
  readonly installation: Installation;
  readonly mirrored: Mirrored;
  /** null: nobody asks */
  readonly wish: Wish | null;
  readonly receipt: Receipt | null;
  readonly signal: AbortSignal;
}

/** What became of one proxy, and when to look again; null: there is no need. */
interface Ended {
  readonly standing: Standing;
  readonly afterMs: number | null;
}

/** A sync that was started shows up among Katello's tasks by then. */
const STARTED_MS = 2000;
/** What Katello refused is asked again then. */
const REFUSED_MS = 60_000;
/** A right that is missing has to be given by a person. */
const FORBIDDEN_MS = 900_000;
const EVERY_PROXY = '*';
const DONE: LookEnd = { kind: 'done' };
/** Somebody asked during the look, and the job that was at hand took the place of theirs. */
const AT_ONCE: LookEnd = { kind: 'again', afterMs: 0 };

/** @throws ReactorError where Pulp or Katello do not answer, or refuse the account as such */
export async function look(
  deps: ProxyDeps,
  readInstallation: ReadInstallation,
  path: string,
  signal: AbortSignal,
): Promise<LookEnd> {
  const installation = await readInstallation(signal);
  const receipt = await deps.findReceipt(path);
  if (!hasMirrors(deps, installation)) {
    await report(deps, path, [], receipt);
    return DONE;
  }
  const mirrored = await findMirrored(deps, path, signal);
  if (!mirrored) {
    await deps.states.forget(path);
    return DONE;
  }
  const wish = await deps.states.findWish(path);
  const ended = await lookAtAll({ deps, installation, mirrored, wish, receipt, signal });

  const standings = ended.map(({ standing }) => standing);
  await report(deps, path, standings, receipt);
  const next = ended.flatMap(({ afterMs }) => afterMs ?? []);
  if (next.length > 0) return { kind: 'again', afterMs: Math.min(...next) };
  return (await deps.states.endWish(path, wish)) ? DONE : AT_ONCE;
}

/** Null where nothing of the path is published, or its repository is gone. */
export async function findMirrored(
  { pulp, proxies, settings }: Pick<ProxyDeps, 'pulp' | 'proxies' | 'settings'>,
  path: string,
  signal: AbortSignal,
): Promise<Mirrored | null> {
  const distribution = await pulp.findDistribution(toPulpName(path, settings.prefix), signal);
  const repositoryId = distribution ? readOwnedRepositoryId(distribution.pulp_labels) : null;
  return repositoryId === null ? null : proxies.findMirrored(repositoryId, signal);
}

async function lookAtAll(run: Look): Promise<Ended[]> {
  const { deps, installation, mirrored, wish, signal } = run;
  const { lacks } = installation;
  if (lacks !== null) return [{ standing: forbidden(deps, EVERY_PROXY, lacks), afterMs: FORBIDDEN_MS }];

  const concerned = mirrorsOf(installation, mirrored.primaryHost).filter(
    (proxy) => carries(proxy, mirrored) || isNamed(wish, proxy),
  );
  const isTold = concerned.some((proxy) => carries(proxy, mirrored) && isWanted(run, proxy));
  const history = isTold ? await deps.proxies.readHistory(signal) : null;

  const ended: Ended[] = [];
  for (const proxy of concerned) ended.push(await lookAt(run, proxy, history));
  return ended;
}

/** @param history null: nothing is to be synced, so that it does not matter */
async function lookAt(run: Look, proxy: Proxy, history: SyncHistory | null): Promise<Ended> {
  const { deps, installation, mirrored, receipt, signal } = run;
  const known = {
    repositoryId: mirrored.repositoryId,
    publishedAt: history?.publishedAt.get(mirrored.repositoryId) ?? null,
    syncs: (history?.syncs ?? []).filter(({ proxyId }) => proxyId === proxy.id),
  };
  const step = decideProxy(
    {
      ...known,
      carriesLibrary: carries(proxy, mirrored),
      isWanted: isWanted(run, proxy),
      wasServed: receipt?.proxies.some(({ name, outcome }) => name === proxy.name && outcome === 'served') ?? false,
      askedAt: isAsked(run.wish, proxy) ? (run.wish?.at ?? null) : null,
      isScheduled: isAutomatic(deps, installation),
      isServing: isSynced(known) ? await isServing(deps, proxy, mirrored, receipt, signal) : null,
    },
    deps.now(),
  );
  return carryOut(run, proxy, step);
}

async function carryOut({ deps, mirrored, signal }: Look, proxy: Proxy, step: ProxyStep): Promise<Ended> {
  const { name } = proxy;
  switch (step.kind) {
    case 'served':
      return { standing: { name, outcome: 'served', reason: null, details: {} }, afterMs: null };
    case 'skipped':
      return { standing: { name, outcome: 'skipped', reason: step.reason, details: {} }, afterMs: null };
    case 'wait':
      return { standing: pending(name), afterMs: step.afterMs };
    case 'failed':
      return { standing: failed(name, step), afterMs: step.afterMs };
    case 'start':
      try {
        const { repositoryId } = mirrored;
        await deps.proxies.startSync({ proxyId: proxy.id, repositoryId, isForced: step.isForced }, signal);
        deps.log.info('smart proxy sync started', { proxy: name, repositoryId, isForced: step.isForced });
        return { standing: pending(name), afterMs: STARTED_MS };
      } catch (error) {
        return explain(deps, name, error);
      }
    default:
      return step satisfies never;
  }
}

/** Katello's refusal of one sync is the trouble of that proxy only. @throws anything else */
function explain(deps: ProxyDeps, name: string, error: unknown): Ended {
  if (error instanceof AuthError && error.failure.status === 403) {
    return { standing: forbidden(deps, name, 'manage_capsule_content'), afterMs: FORBIDDEN_MS };
  }
  if (!(error instanceof HttpStatusError)) throw error;
  // 404: it is listed, so that it is there
  if (error.failure.status === 404) {
    return { standing: forbidden(deps, name, 'manage_capsule_content'), afterMs: FORBIDDEN_MS };
  }
  const { detail } = error.failure;
  return { standing: failed(name, { reason: 'proxy-failed', message: detail }), afterMs: REFUSED_MS };
}

function isWanted({ deps, installation, wish }: Look, proxy: Proxy): boolean {
  return isAsked(wish, proxy) || isAutomatic(deps, installation);
}

function isAsked(wish: Wish | null, proxy: Proxy): boolean {
  return wish?.names === null || isNamed(wish, proxy);
}

function isNamed(wish: Wish | null, { name }: Proxy): boolean {
  return wish?.names?.includes(name) ?? false;
}

export function isAutomatic({ settings }: Pick<ProxyDeps, 'settings'>, { isScheduled }: Installation): boolean {
  return settings.mode === 'auto' && isScheduled;
}

function pending(name: string): Standing {
  return { name, outcome: 'pending', reason: null, details: {} };
}

function failed(
  name: string,
  { reason, message }: Pick<ProxyStep & { kind: 'failed' }, 'reason' | 'message'>,
): Standing {
  return { name, outcome: 'failed', reason, details: { message } };
}

function forbidden({ settings }: ProxyDeps, name: string, permission: string): Standing {
  const details = { account: settings.account, permission };
  return { name, outcome: 'failed', reason: 'proxy-permission', details };
}
