/**
 * Verbs that make something happen: reprocess.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import { CliError, EXIT } from './exit.ts';
import { createProgress } from './progress.ts';
import { parseSince } from './since.ts';
import { type CommonOptions, DRY_RUN, type Io, printJson, printLines } from './terminal.ts';
import { JobState, PushList, type ReceiptView, Reprocessed } from './views.ts';

export interface ReprocessOptions extends CommonOptions {
  readonly all?: boolean;
  readonly since?: string;
  readonly unpin?: boolean;
  readonly wait?: boolean;
}

const LOOK_MS = 500;

/** @throws CliError failed or refused when it waits and a path ends so */
export async function reprocessVerb(
  io: Io,
  api: ApiClient,
  paths: readonly string[],
  { all, since, unpin = false, wait, dryRun, output, quiet }: ReprocessOptions,
): Promise<void> {
  const chosen = [paths.length > 0, all, since !== undefined].filter(Boolean).length;
  if (chosen !== 1) throw new CliError(EXIT.usage, 'usage', 'name paths, or give one of --all, --since');

  const which = paths.length > 0 ? { paths } : all ? { all } : { since: parseSince(since ?? '', Date.now()) };
  const answer = await api.post('reprocess', { ...which, unpin, dryRun }, Reprocessed);
  if (output === 'table' && !quiet) {
    printLines(io, answer.paths.length > 0 ? answer.paths.map((path) => `queued ${path}`) : ['no path to queue']);
    if (dryRun) printLines(io, [DRY_RUN]);
  }
  if (!wait || dryRun) {
    if (output === 'json') printJson(io, answer);
    return;
  }
  const receipts: (ReceiptView | null)[] = [];
  for (const path of answer.paths) receipts.push(await waitForPath(io, api, path, quiet));
  if (output === 'json') printJson(io, { ...answer, pushes: receipts });
  throwIfBad(receipts);
}

/** Until the path has no job any more; answers its newest receipt. */
async function waitForPath(io: Io, api: ApiClient, path: string, isQuiet: boolean): Promise<ReceiptView | null> {
  const progress = createProgress(io, path, Date.now);
  for (;;) {
    const job = await api.get('queues', { path }, JobState);
    const { items } = await api.get('pushes', { path, limit: '1' }, PushList);
    const receipt = items[0] ?? null;
    if (job.state === null) {
      if (!isQuiet) progress.at(receipt?.state ?? 'done');
      if (!isQuiet) progress.end();
      return receipt;
    }
    const stage = receipt?.error?.reason ?? receipt?.stages.at(-1)?.name;
    if (!isQuiet)
      progress.at(job.state === 'active' ? (stage ?? 'running') : [job.state, stage].filter(Boolean).join(' '));
    await delay(LOOK_MS, undefined, { signal: io.signal });
  }
}

function throwIfBad(receipts: readonly (ReceiptView | null)[]): void {
  const bad = receipts.find((receipt) => receipt?.state === 'failed' || receipt?.state === 'refused');
  if (!bad) return;
  const { path, state, error } = bad;
  const exitCode = state === 'refused' ? EXIT.refused : EXIT.failed;
  throw new CliError(
    exitCode,
    error?.reason ?? error?.code ?? state,
    `${path}: ${error?.message ?? state}`,
    error?.hint ?? null,
  );
}
