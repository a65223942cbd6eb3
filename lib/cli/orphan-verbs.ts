/**
 * `kpr orphans`: its verbs and their flags.
 */
import type { Command } from 'commander';
import type { ApiClient } from './api-client.ts';
import type { DeleteOptions, KeepOptions } from './orphans.ts';
import type { CommonOptions, Io } from './terminal.ts';

/** Adds the verbs; `apiOf` reaches the daemon. */
export function addOrphanVerbs(program: Command, io: Io, apiOf: (command: Command) => Promise<ApiClient>): void {
  const orphans = program.command('orphans').description('push repositories whose Katello repository is gone');
  orphans
    .command('list')
    .description('with what proves it, and when they are deleted')
    .action(async (_options: unknown, command: Command) => {
      const { listOrphansVerb } = await import('./orphans.ts');
      await listOrphansVerb(io, await apiOf(command), command.optsWithGlobals<CommonOptions>());
    });
  orphans
    .command('delete')
    .description('deletes proven ones whose quarantine is over, once no push can be under way')
    .argument('[path...]')
    .option('--all', 'every one that may go')
    .option('--limit <count>', 'none, if they are more (KPR_ORPHAN_LIMIT)')
    .option('--unproven', 'also those whose deletion in Katello nothing proves')
    .action(async (paths: string[], _options: unknown, command: Command) => {
      const { deleteOrphansVerb } = await import('./orphans.ts');
      await deleteOrphansVerb(io, await apiOf(command), paths, command.optsWithGlobals<DeleteOptions>());
    });
  orphans
    .command('keep')
    .description('publishes them again')
    .argument('[path...]')
    .option('--all', 'every one')
    .action(async (paths: string[], _options: unknown, command: Command) => {
      const { keepOrphansVerb } = await import('./orphans.ts');
      await keepOrphansVerb(io, await apiOf(command), paths, command.optsWithGlobals<KeepOptions>());
    });
}
