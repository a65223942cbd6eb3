/**
 * Whether a daemon can do what its roles ask for, and if not, why. Pure.
 */
import { describeReason, type WaitingReason } from '../domain/reason.ts';

export type Role = 'detector' | 'worker' | 'front' | 'dashboard';

export interface Facts {
  readonly roles: readonly Role[];
  /** null while Redis is up and takes writes */
  readonly redisProblem: string | null;
  /** milliseconds since a canary came through; null: none yet */
  readonly canaryAgeMs: number | null;
  readonly uptimeMs: number;
  readonly upstreams: Readonly<Record<'pulp' | 'katello', UpstreamFacts>>;
  /** why no token can be signed; null while one can */
  readonly keyProblem: string | null;
}

export interface UpstreamFacts {
  readonly state: 'unknown' | 'up' | 'down' | 'refused';
  readonly since: Date;
  readonly error: string | null;
}

export interface Check {
  readonly name: 'redis' | 'jobs' | 'pulp' | 'katello' | 'keys';
  readonly isOk: boolean;
  /** a code of domain/reason.ts, where there is one */
  readonly reason: WaitingReason | null;
  readonly message: string | null;
}

export interface Readiness {
  readonly isReady: boolean;
  readonly checks: readonly Check[];
}

/** Until Redis has answered for the first time. */
export const STARTING: Readiness = {
  isReady: false,
  checks: [{ name: 'redis', isOk: false, reason: null, message: 'has not answered yet, kpr is starting' }],
};

const CANARY_MS = 60_000;

/** What each role needs, each checked once. */
export function judgeReadiness(facts: Facts): Readiness {
  const needs = (...roles: Role[]) => roles.some((role) => facts.roles.includes(role));
  const checks = [
    checkRedis(facts),
    ...(needs('worker') ? [checkJobs(facts)] : []),
    ...(needs('detector', 'worker', 'front') ? [checkUpstream('pulp', facts.upstreams.pulp)] : []),
    ...(needs('worker', 'front') ? [checkUpstream('katello', facts.upstreams.katello)] : []),
    ...(needs('front') ? [checkKeys(facts)] : []),
  ];
  return { isReady: checks.every(({ isOk }) => isOk), checks };
}

function checkRedis({ redisProblem }: Facts): Check {
  return { name: 'redis', isOk: redisProblem === null, reason: null, message: redisProblem };
}

function checkJobs({ canaryAgeMs, uptimeMs }: Facts): Check {
  const ageMs = canaryAgeMs ?? uptimeMs; // the first one may still be on its way
  const message = `no job came through for ${Math.round(ageMs / 1000)} s`;
  return ageMs < CANARY_MS ? ok('jobs') : { name: 'jobs', isOk: false, reason: null, message };
}

function checkKeys({ keyProblem }: Facts): Check {
  return { name: 'keys', isOk: keyProblem === null, reason: null, message: keyProblem };
}

function checkUpstream(name: 'pulp' | 'katello', { state, since, error }: UpstreamFacts): Check {
  if (state === 'up') return ok(name);
  if (state === 'unknown') return { name, isOk: false, reason: null, message: 'has not answered yet' };

  const reason: WaitingReason =
    state === 'refused' ? 'account-refused' : name === 'pulp' ? 'pulp-down' : 'katello-down';
  const { message } = describeReason(reason, { time: since.toISOString(), system: name });
  return { name, isOk: false, reason, message: error === null ? message : `${message}: ${error}` };
}

function ok(name: Check['name']): Check {
  return { name, isOk: true, reason: null, message: null };
}
