/**
 * `kpr proxies …` as the command line knows it.
 */
import type { Command } from 'commander';
import type { ApiClient } from './api-client.ts';
import type { ProxyOptions } from './proxies.ts';
import type { Io } from './terminal.ts';

/** Adds the verbs. @param apiOf the daemon that a command line means */
export function addProxyVerbs(program: Command, io: Io, apiOf: (command: Command) => Promise<ApiClient>): void {
  const proxies = program.command('proxies').description('what smart proxies have of what was pushed');
  const names = ['--proxy <name...>', 'only these'] as const;

  proxies
    .command('status')
    .description('paths that proxies lack, and how the last sync went')
    .option(...names)
    .action(async (_options: unknown, command: Command) => {
      const { showProxiesVerb } = await import('./proxies.ts');
      await showProxiesVerb(io, await apiOf(command), command.optsWithGlobals<ProxyOptions>());
    });

  proxies
    .command('sync')
    .description('sync a path now, whatever the setting says')
    .argument('<path>')
    .option(...names)
    .action(async (path: string, _options: unknown, command: Command) => {
      const { syncProxiesVerb } = await import('./proxies.ts');
      await syncProxiesVerb(io, await apiOf(command), path, command.optsWithGlobals<ProxyOptions>());
    });
}
