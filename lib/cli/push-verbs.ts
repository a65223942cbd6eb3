/**
 * `kpr explain`, `kpr wait`, `kpr rollback` as the command line knows them.
 */
import type { Command } from 'commander';
import type { ApiClient } from './api-client.ts';
import type { RollbackOptions } from './rollback.ts';
import type { CommonOptions, Io } from './terminal.ts';
import type { WaitOptions } from './wait.ts';

/** Adds the verbs. @param apiOf the daemon that a command line means */
export function addPushVerbs(program: Command, io: Io, apiOf: (command: Command) => Promise<ApiClient>): void {
  program
    .command('explain')
    .description('where a path goes, what stands in its way, what comes next; writes nothing')
    .argument('<path>')
    .action(async (path: string, _options: unknown, command: Command) => {
      const { explainVerb } = await import('./explain.ts');
      await explainVerb(io, await apiOf(command), path, command.optsWithGlobals<CommonOptions>());
    });

  program
    .command('wait')
    .description('until Katello, and named smart proxies, serve what was pushed')
    .argument('<ref>', 'PATH[:tag][@digest]; without both: all of the newest push')
    .option('--proxy <name...>', 'these too')
    .option('--timeout <seconds>', 'then exit 124', '300')
    .action(async (ref: string, _options: unknown, command: Command) => {
      const { waitVerb } = await import('./wait.ts');
      await waitVerb(io, await apiOf(command), ref, command.optsWithGlobals<WaitOptions>());
    });

  program
    .command('rollback')
    .description('makes a tag name an older image of the push repository: a new push version')
    .argument('<ref>', 'PATH:TAG')
    .requiredOption('--to <digest>', 'an image that the push repository still holds')
    .option('--reason <text>', 'why; shown with the push')
    .action(async (ref: string, _options: unknown, command: Command) => {
      const { rollbackVerb } = await import('./rollback.ts');
      await rollbackVerb(io, await apiOf(command), ref, command.optsWithGlobals<RollbackOptions>());
    });
}
