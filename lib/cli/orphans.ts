/**
 * Verbs about orphans: push repositories whose Katello repository is gone.
 */
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import { confirm } from './confirm.ts';
import { CliError, EXIT } from './exit.ts';
import { readAllPages } from './pages.ts';
import { formatTable } from './table.ts';
import { type CommonOptions, columnsOf, type Io, printJson, printLines } from './terminal.ts';

export interface DeleteOptions extends CommonOptions {
  readonly all?: boolean;
  readonly limit?: string;
  readonly unproven?: boolean;
}

export type KeepOptions = CommonOptions & Pick<DeleteOptions, 'all'>;

const OrphanList = z.looseObject({
  items: z.array(
    z.looseObject({
      path: z.string(),
      version: z.number(),
      repositoryId: z.number().nullable(),
      state: z.string(),
      task: z.string().nullable(),
      until: z.string().nullable(),
      reason: z.string().nullable(),
    }),
  ),
  next: z.string().nullable(),
});
type Orphan = z.infer<typeof OrphanList>['items'][number];

const Chose = z.looseObject({ path: z.string(), version: z.number(), repositoryId: z.number().nullable() });
const Kept = z.looseObject({ items: z.array(Chose), dryRun: z.boolean() });
const Deletions = z.looseObject({ items: z.array(Chose.extend({ afterMs: z.number() })), dryRun: z.boolean() });

/** Enough to find it in Katello. */
const TASK_LENGTH = 8;
const DRY_RUN = 'dry run: nothing was changed';

export async function listOrphansVerb(io: Io, api: ApiClient, { output, quiet }: CommonOptions): Promise<void> {
  const answer = await readAllPages(api, 'orphans', {}, OrphanList);
  if (output === 'json') return printJson(io, answer);
  if (quiet) return;
  if (answer.items.length === 0) return printLines(io, ['no orphan']);
  printLines(io, await formatTable(showOrphans(answer.items), columnsOf(io)));
}

/** @throws CliError not found, refused with the reason, usage, declined */
export async function deleteOrphansVerb(
  io: Io,
  api: ApiClient,
  paths: readonly string[],
  { all, limit, unproven = false, dryRun, yes, output, quiet }: DeleteOptions,
): Promise<void> {
  const which = whichOf(paths, all);
  const body = { ...which, unproven, ...(limit !== undefined && { limit: parseLimit(limit) }) };
  const planned = await api.post('orphans/delete', { ...body, dryRun: true }, Deletions);
  if (planned.items.length > 0) {
    const proven = unproven ? 'whether or not Katello deleted their repositories' : 'with everything in them';
    const effect = `${nameSome(planned.items.map(({ path }) => path))} will be deleted in Pulp, ${proven}.`;
    await confirm(io, effect, { yes, dryRun });
  }
  const answer = dryRun ? planned : await api.post('orphans/delete', { ...body, dryRun: false }, Deletions);
  if (output === 'json') return printJson(io, answer);
  if (!quiet) printLines(io, [...showDeletions(answer.items), ...(dryRun ? [DRY_RUN] : [])]);
}

/** @throws CliError not found, refused with the reason, usage */
export async function keepOrphansVerb(
  io: Io,
  api: ApiClient,
  paths: readonly string[],
  { all, dryRun, output, quiet }: KeepOptions,
): Promise<void> {
  const answer = await api.post('orphans/keep', { ...whichOf(paths, all), dryRun }, Kept);
  if (output === 'json') return printJson(io, answer);
  if (quiet) return;
  const lines = answer.items.map(({ path, version }) => `keep    ${path}  version ${version}, is published again`);
  printLines(io, [...(lines.length > 0 ? lines : ['no orphan to keep']), ...(dryRun ? [DRY_RUN] : [])]);
}

/** Rows of a table, the head first. */
function showOrphans(orphans: readonly Orphan[]): string[][] {
  const head = ['PATH', 'VERSION', 'STATE', 'UNTIL', 'TASK'];
  const rows = orphans.map((orphan) => [
    orphan.path,
    String(orphan.version),
    orphan.state,
    showUntil(orphan),
    orphan.task === null ? 'none' : orphan.task.slice(0, TASK_LENGTH),
  ]);
  return [head, ...rows];
}

function showUntil({ until, reason }: Orphan): string {
  if (until !== null) return until.replace(/:\d\d\.\d+Z$/, 'Z');
  return reason === 'policy' ? 'KPR_POLICY' : '';
}

function showDeletions(deletions: z.infer<typeof Deletions>['items']): string[] {
  if (deletions.length === 0) return ['no orphan to delete'];
  return deletions.map(({ path, version, repositoryId, afterMs }) => {
    const minutes = Math.max(1, Math.ceil(afterMs / 60_000));
    return `delete  ${path}  version ${version}, was Katello repository ${repositoryId}, in ${minutes} minutes`;
  });
}

function nameSome(paths: readonly string[]): string {
  const [first = '', ...others] = paths;
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}

function whichOf(paths: readonly string[], all: boolean | undefined): { paths: readonly string[] } | { all: true } {
  if (paths.length > 0 === (all === true)) throw new CliError(EXIT.usage, 'usage', 'name paths, or give --all');
  return paths.length > 0 ? { paths } : { all: true };
}

function parseLimit(text: string): number {
  const limit = Number(text);
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1000) return limit;
  throw new CliError(EXIT.usage, 'usage', `--limit ${text}: must be a number from 1 to 1000`);
}
