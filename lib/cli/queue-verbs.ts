/**
 * `kpr queue …` as the command line knows it.
 */
import type { Command } from 'commander';
import type { ApiClient } from './api-client.ts';
import type { QueueAction, RetryOptions } from './queue.ts';
import type { CommonOptions, Io } from './terminal.ts';

const CHANGES: Readonly<Record<QueueAction, string>> = {
  pause: 'no daemon begins a job of it any more',
  resume: 'goes on',
  drain: 'drops waiting jobs; the next comparison of all paths finds them again',
};

/** Adds the verbs. @param apiOf the daemon that a command line means */
export function addQueueVerbs(program: Command, io: Io, apiOf: (command: Command) => Promise<ApiClient>): void {
  const queue = program.command('queue').description('the queues: reconcile, proxies, orphans, notifications');

  queue
    .command('stats')
    .description('what they hold')
    .action(async (_options: unknown, command: Command) => {
      const { showQueuesVerb } = await import('./queue.ts');
      await showQueuesVerb(io, await apiOf(command), command.optsWithGlobals<CommonOptions>());
    });

  for (const action of ['pause', 'resume', 'drain'] as const) {
    queue
      .command(action)
      .description(CHANGES[action])
      .argument('[queue]', 'all of them if left out')
      .action(async (name: string | undefined, _options: unknown, command: Command) => {
        const { changeQueueVerb } = await import('./queue.ts');
        await changeQueueVerb(io, await apiOf(command), action, name, command.optsWithGlobals<CommonOptions>());
      });
  }

  queue
    .command('retry')
    .description('lets paths whose run failed for good run again')
    .argument('[path...]')
    .option('--failed', 'all that failed, in every queue')
    .action(async (paths: string[], _options: unknown, command: Command) => {
      const { retryVerb } = await import('./queue.ts');
      await retryVerb(io, await apiOf(command), paths, command.optsWithGlobals<RetryOptions>());
    });
}
