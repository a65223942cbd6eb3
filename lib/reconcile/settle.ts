/**
 * What a failed run means: wait, stop, or let the worker count an attempt. Decides by the error's fields.
 */
import { toPulpName } from '../domain/path.ts';
import { describeReason, isAlarm, type WaitingReason } from '../domain/reason.ts';
import { AuthError, BusyError, ReactorError, RefusedError } from '../errors.ts';
import { readVersionRef } from '../pulp/href.ts';
import type { ReconcileDeps } from './deps.ts';
import type { Outages } from './outages.ts';
import type { Outcome } from './outcome.ts';
import { type Recorder, toReceiptError } from './recorder.ts';

/** How soon a repository that a task holds is tried again; a paused task waits for a person. */
const BUSY_RETRY_MS = 5_000;
const PAUSED_RETRY_MS = 60_000;

/** The run that failed. */
export interface FailedRun {
  readonly deps: ReconcileDeps;
  readonly recorder: Recorder;
  readonly outages: Outages;
  readonly path: string;
  readonly isLastAttempt: boolean;
}

/**
 * Writes into the receipt why a run did not go through.
 *
 * @returns when to come again, or that a rule refused the push
 * @throws the error, where it uses up an attempt, ends the job, or pauses all workers
 */
export async function settle(run: FailedRun, error: unknown): Promise<Outcome> {
  const { deps, recorder, path } = run;
  if (error instanceof RefusedError) {
    if (!recorder.receipt()) await openRefused(run);
    const shown = toReceiptError(error);
    const { digest } = error.details;
    await recorder.fail('refused', shown);
    const raised = isAlarm(error.reason) ? { alarm: error.reason, details: { path, ...error.details } } : null;
    const isNews = await deps.settleAlarm(path, raised);
    deps.log[raised && isNews ? 'error' : 'warn']('push refused', {
      path,
      reason: error.reason,
      ...(digest !== undefined && { digest }),
      error: shown.message,
    });
    if (error.reason === 'orphaned') await deps.onOrphaned(path);
    return { kind: 'done', result: 'refused' };
  }

  const outage = run.outages.note(error);
  if (outage && error instanceof ReactorError) {
    const reason = outage.system === 'katello' ? 'katello-down' : 'pulp-down';
    await waitFor(recorder, error, reason, { time: new Date(outage.since).toISOString() });
    return { kind: 'again', afterMs: outage.waitMs, reason };
  }
  if (error instanceof BusyError) {
    if (error.isPaused) await alarmOfPaused(run, error);
    await waitFor(recorder, error, 'katello-busy', { id: error.taskIds.join(', '), r: path });
    return { kind: 'again', afterMs: error.isPaused ? PAUSED_RETRY_MS : BUSY_RETRY_MS, reason: 'katello-busy' };
  }
  if (error instanceof AuthError) {
    await waitFor(recorder, error, 'account-refused', { system: error.failure.system });
    throw error;
  }

  const shown = toReceiptError(error);
  await (run.isLastAttempt || isFinal(error) ? recorder.fail('failed', shown) : recorder.wait(shown));
  throw error;
}

async function waitFor(
  recorder: Recorder,
  error: ReactorError,
  reason: WaitingReason,
  details: Readonly<Record<string, string>>,
): Promise<void> {
  await recorder.wait({ code: error.code, reason, ...describeReason(reason, details) });
}

/** It waits for a person, who has to know. */
async function alarmOfPaused({ deps, path }: FailedRun, { taskIds, startedAt }: BusyError): Promise<void> {
  const details = { id: taskIds.join(', '), path, age: `since ${startedAt ?? 'some time'}` };
  if (!(await deps.settleAlarm(path, { alarm: 'task-paused', details }))) return;
  const { message } = describeReason('task-paused', details);
  deps.log.error('katello task is paused', { path, reason: 'task-paused', error: message });
}

/** A push that is refused before both sides were read has no receipt yet: that of the version which is served. */
async function openRefused({ deps, recorder, path }: FailedRun): Promise<void> {
  const distribution = await deps.pulp.findDistribution(toPulpName(path, deps.settings.prefix));
  const [repository] = distribution?.repository ? await deps.pulp.readRepositories([distribution.repository]) : [];
  const href = distribution?.repository_version ?? repository?.latest_version_href;
  if (!href) return;
  const { uuid, number } = readVersionRef(href);
  await recorder.open({ path, uuid, version: number, claimedVersion: null });
}

function isFinal(error: unknown): boolean {
  return !(error instanceof ReactorError) || error.disposition === 'give-up';
}
