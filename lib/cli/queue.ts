/**
 * Verbs about the queues: queue stats, pause, resume, drain, retry.
 */
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import { confirm } from './confirm.ts';
import { CliError, EXIT } from './exit.ts';
import { showAge } from './show.ts';
import { printTable } from './table.ts';
import { type CommonOptions, DRY_RUN, type Io, printJson, printLines } from './terminal.ts';

export type QueueAction = 'pause' | 'resume' | 'drain';
export type RetryOptions = CommonOptions & { readonly failed?: boolean };

const QueueList = z.looseObject({
  items: z.array(
    z.looseObject({
      queue: z.string(),
      states: z.record(z.string(), z.number()),
      oldestSeconds: z.number(),
      isPaused: z.boolean(),
      pausedBy: z.string().nullable(),
    }),
  ),
});
type Queue = z.infer<typeof QueueList>['items'][number];

const Changed = z.looseObject({
  queue: z.string(),
  isPaused: z.boolean(),
  jobs: z.number(),
  paths: z.array(z.string()),
});
type Changed = z.infer<typeof Changed>;

export async function showQueuesVerb(io: Io, api: ApiClient, { output, quiet }: CommonOptions): Promise<void> {
  const answer = await api.get('queues', {}, QueueList);
  if (output === 'json') return printJson(io, answer);
  if (!quiet) await printTable(io, showQueues(answer.items));
}

/** @param name null: every queue. @throws CliError not found, refused, usage, declined */
export async function changeQueueVerb(
  io: Io,
  api: ApiClient,
  action: QueueAction,
  name: string | undefined,
  options: CommonOptions,
): Promise<void> {
  const { dryRun, yes } = options;
  const names = name === undefined ? await listNames(api) : [name];
  if (action === 'drain') {
    const waiting = await changeAll(api, action, names, { dryRun: true });
    const jobs = waiting.reduce((sum, queue) => sum + queue.jobs, 0);
    await confirm(io, `${jobs} waiting jobs of ${names.join(', ')} will be dropped.`, { yes, dryRun });
  }
  const changed = await changeAll(api, action, names, { dryRun });
  tell(io, changed, (queue) => showChange(action, queue), options);
}

/** @throws CliError not found where no run of a path has failed; refused, usage */
export async function retryVerb(
  io: Io,
  api: ApiClient,
  paths: readonly string[],
  options: RetryOptions,
): Promise<void> {
  const { failed = false, dryRun } = options;
  if (failed === paths.length > 0) throw new CliError(EXIT.usage, 'usage', 'name paths, or give --failed');
  const changed = failed
    ? await changeAll(api, 'retry', await listNames(api), { failed, dryRun })
    : await changeAll(api, 'retry', ['reconcile'], { paths, dryRun });
  tell(io, changed, showRetried, options);
}

async function changeAll(api: ApiClient, action: string, names: readonly string[], body: object): Promise<Changed[]> {
  const changed: Changed[] = [];
  for (const name of names) {
    changed.push(await api.post(`queues/${encodeURIComponent(name)}/${action}`, body, Changed));
  }
  return changed;
}

async function listNames(api: ApiClient): Promise<string[]> {
  return (await api.get('queues', {}, QueueList)).items.map(({ queue }) => queue);
}

function tell(
  io: Io,
  changed: readonly Changed[],
  show: (queue: Changed) => string[],
  { output, quiet, dryRun }: CommonOptions,
): void {
  if (output === 'json') return printJson(io, changed.length === 1 ? changed[0] : { items: changed });
  if (quiet) return;
  printLines(io, [...changed.flatMap(show), ...(dryRun ? [DRY_RUN] : [])]);
}

function showChange(action: QueueAction, { queue, jobs }: Changed): string[] {
  if (action === 'drain') return [`drain   ${queue}  ${jobs} waiting jobs`];
  return [`${action.padEnd(6)}  ${queue}`];
}

function showRetried({ queue, jobs, paths }: Changed): string[] {
  return paths.length > 0 ? paths.map((path) => `retry   ${path}`) : [`retry   ${queue}  ${jobs} failed jobs`];
}

/** Rows of a table, the head first. */
function showQueues(queues: readonly Queue[]): string[][] {
  const head = ['QUEUE', 'WAITING', 'ACTIVE', 'DELAYED', 'FAILED', 'OLDEST', 'NOTE'];
  const rows = queues.map(({ queue, states, oldestSeconds, isPaused, pausedBy }) => [
    queue,
    ...['waiting', 'active', 'delayed', 'failed'].map((state) => String(states[state] ?? 0)),
    (states['waiting'] ?? 0) > 0 ? showAge(oldestSeconds * 1000) : '',
    isPaused ? `queue-paused${pausedBy === null ? '' : ` by ${pausedBy}`}` : '',
  ]);
  return [head, ...rows];
}
