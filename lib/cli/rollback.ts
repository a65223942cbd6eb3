/**
 * The verb rollback: a tag of a push repository names an older image again.
 */
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import { confirm } from './confirm.ts';
import { CliError, EXIT } from './exit.ts';
import { showDigests } from './show.ts';
import { type CommonOptions, DRY_RUN, type Io, printJson, printLines } from './terminal.ts';

export interface RollbackOptions extends CommonOptions {
  readonly to: string;
  readonly reason?: string;
}

const RolledBack = z.looseObject({
  path: z.string(),
  tag: z.string(),
  from: z.string().nullable(),
  to: z.string(),
  version: z.number(),
});
type RolledBack = z.infer<typeof RolledBack>;

/** @throws CliError usage, not found, refused, declined */
export async function rollbackVerb(
  io: Io,
  api: ApiClient,
  ref: string,
  { to: digest, reason, dryRun, yes, output, quiet }: RollbackOptions,
): Promise<void> {
  const order = { ...splitRef(ref), digest, ...(reason !== undefined && { reason }) };
  const planned = await api.post('rollback', { ...order, dryRun: true }, RolledBack);
  const isNews = planned.from !== planned.to;
  if (isNews) await confirm(io, `${planned.path}:${planned.tag} goes to ${digest}, in Katello too.`, { yes, dryRun });
  const done = dryRun || !isNews ? planned : await api.post('rollback', { ...order, dryRun: false }, RolledBack);

  if (output === 'json') return printJson(io, done);
  if (quiet) return;
  const again =
    isNews && !dryRun
      ? [`push version ${done.version}; kpr wait ${done.path}:${done.tag} tells when it is served`]
      : [];
  printLines(io, [showRollback(done), ...again, ...(dryRun ? [DRY_RUN] : [])]);
}

function showRollback({ path, tag, from, to }: RolledBack): string {
  if (from === to) return `= ${path}:${tag}  names it already`;
  return `${from === null ? '+' : '~'} ${path}:${tag}  ${showDigests({ from, to })}`;
}

/** Path and tag; the host may be in front. */
function splitRef(ref: string): { path: string; tag: string } {
  const [, path, tag] = /^([^@]*\/[^/:@]+):([^/:@]+)$/.exec(ref) ?? [];
  if (path !== undefined && tag !== undefined) return { path, tag };
  throw new CliError(EXIT.usage, 'usage', `${ref}: must be PATH:TAG`, 'the digest goes behind --to');
}
