/**
 * The command `kpr`: its verbs and their flags. What a verb needs is loaded when it is called, so that help is quick.
 */
import { Argument, Command, CommanderError, Option } from 'commander';
import type { Environment } from '../config.ts';
import { RECEIPT_STATES } from '../domain/receipt.ts';
import { isAbort } from '../errors.ts';
import { readVersion } from '../version.ts';
import type { ReprocessOptions } from './act.ts';
import type { ApiClient } from './api-client.ts';
import type { Shell } from './completion.ts';
import { readEnvironmentFor } from './environment.ts';
import { EXAMPLES } from './examples.ts';
import { EXIT, toCliError } from './exit.ts';
import type { StatusOptions } from './inspect.ts';
import { addOrphanVerbs } from './orphan-verbs.ts';
import { addProxyVerbs } from './proxy-verbs.ts';
import { addPushVerbs } from './push-verbs.ts';
import { addQueueVerbs } from './queue-verbs.ts';
import { type CommonOptions, type Io, printError } from './terminal.ts';

const SHELLS = ['bash', 'zsh', 'fish'] as const satisfies readonly Shell[];

interface ServeOptions extends CommonOptions {
  readonly roles?: string;
}

/** Runs one command line and answers its exit code. Writes to `io` only. */
export async function runCli(args: readonly string[], io: Io): Promise<number> {
  try {
    await createProgram(io).parseAsync([...args], { from: 'user' });
    return EXIT.done;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.done : EXIT.usage;
    if (isAbort(error) && io.signal.aborted) return EXIT.interrupted;
    const failure = toCliError(error);
    printError(io, failure);
    return failure.exitCode;
  }
}

function createProgram(io: Io): Command {
  const program = new Command('kpr')
    .description('Makes images that were pushed straight to Pulp appear in Katello.')
    .exitOverride()
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({
      writeOut: (text) => void io.stdout.write(text),
      writeErr: (text) => void io.stderr.write(text),
      outputError: (text, write) => write(text.replace(/^error: /, 'error: usage: ')),
    });
  addCommonOptions(program);
  const verb = (parent: Command, name: string, description: string) => parent.command(name).description(description);

  verb(program, 'serve', 'the daemon; SIGTERM ends it, SIGHUP reads its configuration again')
    .option('--roles <roles>', 'detector,worker,front,dashboard (KPR_ROLES)')
    .action(async (_options: unknown, command: Command) => {
      const { roles } = command.optsWithGlobals<ServeOptions>();
      const { serve } = await import('./serve.ts');
      const read = () => environmentOf(io, command, roles === undefined ? {} : { KPR_ROLES: roles });
      await serve(read, readVersion(), io.signal);
    });

  verb(program, 'status', 'the daemon and the latest pushes, or the newest push of a path')
    .argument('[path]')
    .addOption(new Option('--state <state>', 'only pushes in this state').choices(RECEIPT_STATES))
    .option('--limit <count>', 'how many pushes', '20')
    .option('--watch', 'again every two seconds')
    .action(async (path: string | undefined, _options: unknown, command: Command) => {
      const { showStatusVerb } = await import('./inspect.ts');
      await showStatusVerb(io, await apiOf(io, command), path, command.optsWithGlobals<StatusOptions>());
    });

  verb(program, 'plan', 'what the next run would do; writes nothing')
    .argument('<path>')
    .action(async (path: string, _options: unknown, command: Command) => {
      const { showPlanVerb } = await import('./inspect.ts');
      await showPlanVerb(io, await apiOf(io, command), path, command.optsWithGlobals<CommonOptions>());
    });

  verb(program, 'reprocess', 'queue paths now, before all others')
    .argument('[path...]')
    .option('--all', 'every path that was ever pushed to')
    .option('--since <time>', 'paths pushed to since, such as 2h, or a time in ISO 8601')
    .option('--unpin', 'drop pins first: what was changed in Katello is overwritten')
    .option('--wait', 'until they are done')
    .action(async (paths: string[], _options: unknown, command: Command) => {
      const { reprocessVerb } = await import('./act.ts');
      await reprocessVerb(io, await apiOf(io, command), paths, command.optsWithGlobals<ReprocessOptions>());
    });

  addPushVerbs(program, io, (command) => apiOf(io, command));
  addOrphanVerbs(program, io, (command) => apiOf(io, command));
  addProxyVerbs(program, io, (command) => apiOf(io, command));
  addQueueVerbs(program, io, (command) => apiOf(io, command));

  verb(program, 'doctor', 'what is wrong with this installation; writes nothing').action(
    async (_options: unknown, command: Command) => {
      const { doctorVerb } = await import('./doctor.ts');
      await doctorVerb(io, environmentOf(io, command), command.optsWithGlobals<CommonOptions>());
    },
  );

  const keys = program.command('keys').description('the key pair that signs tokens');
  verb(keys, 'generate', 'makes the first pair').action(async (_options: unknown, command: Command) => {
    const { generateKeysVerb } = await import('./keys.ts');
    await generateKeysVerb(io, environmentOf(io, command), command.optsWithGlobals<CommonOptions>());
  });
  verb(keys, 'rotate', 'replaces the pair; pushes under way break').action(
    async (_options: unknown, command: Command) => {
      const { rotateKeysVerb } = await import('./keys.ts');
      await rotateKeysVerb(io, environmentOf(io, command), command.optsWithGlobals<CommonOptions>());
    },
  );
  verb(keys, 'show', 'the public key, and what the second pulpcore-api has to be set to').action(
    async (_options: unknown, command: Command) => {
      const { showKeysVerb } = await import('./keys.ts');
      await showKeysVerb(io, environmentOf(io, command), command.optsWithGlobals<CommonOptions>());
    },
  );

  const config = program.command('config').description('the configuration');
  verb(config, 'show', 'every value in force; secrets as ***').action(async (_options: unknown, command: Command) => {
    const { showConfigVerb } = await import('./settings.ts');
    await showConfigVerb(io, environmentOf(io, command), command.optsWithGlobals<CommonOptions>());
  });
  verb(config, 'validate', 'names everything that is wrong').action(async (_options: unknown, command: Command) => {
    const { validateConfigVerb } = await import('./settings.ts');
    validateConfigVerb(io, environmentOf(io, command), command.optsWithGlobals<CommonOptions>());
  });

  verb(program, 'completion', 'a script that teaches a shell the verbs and flags')
    .addArgument(new Argument('<shell>').choices(SHELLS))
    .action(async (shell: Shell) => {
      const { completionScript } = await import('./completion.ts');
      io.stdout.write(completionScript(program, shell));
    });

  verb(program, 'version', 'the version').action(async (_options: unknown, command: Command) => {
    const { versionVerb } = await import('./version.ts');
    versionVerb(io, readVersion(), command.optsWithGlobals<CommonOptions>());
  });
  addExamples(program, '');
  return program;
}

/** `kpr help VERB` ends with them. */
function addExamples(command: Command, name: string): void {
  const examples = EXAMPLES[name];
  if (examples) command.addHelpText('after', ['', 'Examples:', ...examples.map((line) => `  ${line}`)].join('\n'));
  for (const child of command.commands) addExamples(child, `${name} ${child.name()}`.trim());
}

function addCommonOptions(command: Command): Command {
  return command
    .addOption(new Option('-o, --output <format>', 'how to print').choices(['table', 'json']).default('table'))
    .option('--quiet', 'print nothing but errors', false)
    .option('--dry-run', 'same output, no write', false)
    .option('--yes', 'do not ask', false)
    .option('--url <url>', 'a daemon elsewhere (KPR_URL)')
    .option('--env-file <file>', 'variables to add to the environment (/etc/kpr/kpr.env)');
}

function environmentOf(io: Io, command: Command, flags: Environment = {}): Environment {
  const { envFile, url } = command.optsWithGlobals<CommonOptions>();
  return readEnvironmentFor(io.env, envFile, url === undefined ? flags : { ...flags, KPR_URL: url });
}

async function apiOf(io: Io, command: Command): Promise<ApiClient> {
  const [{ loadClientConfig }, { createApiClient }] = await Promise.all([
    import('../config.ts'),
    import('./api-client.ts'),
  ]);
  return createApiClient(loadClientConfig(environmentOf(io, command)), io.signal);
}
