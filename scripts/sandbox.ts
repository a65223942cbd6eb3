/** `./scripts/sandbox`: a push host, a stand-in for Katello and the reactor on this machine. Run it through its launcher. */
import { rm } from 'node:fs/promises';
import { Argument, Command, CommanderError, InvalidArgumentError, Option } from 'commander';
import { WORLDS, type World } from '../test/support/servers/pins.ts';
import { ServerProblem } from '../test/support/servers/problem.ts';
import type { Wishes } from '../test/support/servers/sandbox/choice.ts';
import { readDescription, toShell } from '../test/support/servers/sandbox/description.ts';
import {
  createNewImage,
  parseReference,
  pushAs,
  type Reference,
  waitUntilListed,
} from '../test/support/servers/sandbox/push.ts';
import { expectUp, SERVER_NAMES, siteOf, stopServers, withSandbox } from '../test/support/servers/sandbox/site.ts';
import { runStep } from '../test/support/servers/sandbox/step.ts';
import { describeNextSteps, describeServers, readLog } from '../test/support/servers/sandbox/texts.ts';
import { bringUp } from '../test/support/servers/sandbox/up.ts';
import { KINDS } from '../test/support/web-server/web-server.ts';

interface Options {
  readonly world: World;
}

const FAILED = 1;
const USAGE = 2;
const INTERRUPTED = 130;

function createProgram(signal: AbortSignal): Command {
  const program = new Command('sandbox')
    .description('A push host, a stand-in for Katello and the reactor on this machine, all below .sandbox/')
    .showHelpAfterError()
    .exitOverride();
  const command = (name: string, description: string): Command =>
    program
      .command(name)
      .description(description)
      .addOption(
        new Option('--world <world>', 'a: the Pulp of Katello 4.21 to 5.1, b: the newest').choices(WORLDS).default('a'),
      );

  command('up', 'install what is missing, start everything, push a first image')
    .addOption(new Option('--web-server <name>', 'kept from then on; at first apache').choices(KINDS))
    .option('--port <port>', 'of the push host, kept from then on; at first a free one', readPort)
    .action(async ({ world, ...wishes }: Options & Wishes) => {
      const site = siteOf(world, signal);
      const description = await withSandbox(site, () => bringUp(site, wishes));
      print(describeNextSteps(site, description));
    });

  command('down', 'end everything; the state stays').action(async ({ world }: Options) => {
    const site = siteOf(world);
    const stopped = await withSandbox(site, () => stopServers(site));
    print(stopped.length > 0 ? `stopped ${stopped.join(', ')}\n` : 'nothing was running\n');
  });

  command('reset', 'end everything and forget the state; installed packages stay').action(
    async ({ world }: Options) => {
      const site = siteOf(world);
      await withSandbox(site, async () => {
        await stopServers(site);
        await rm(site.dir, { recursive: true, force: true });
      });
      print(`world ${world} is forgotten; begin anew: ./scripts/sandbox up --world ${world}\n`);
    },
  );

  command('status', 'which servers run; exit code 1 unless all do').action(async ({ world }: Options) => {
    const { text, areAllRunning } = await describeServers(siteOf(world));
    print(text);
    if (!areAllRunning) process.exitCode = FAILED;
  });

  command('logs', 'the last lines of one log, or a few of each')
    .addArgument(new Argument('[name]', 'a server').choices(SERVER_NAMES))
    .action(async (name: string | undefined, { world }: Options) => {
      const site = siteOf(world);
      if (name !== undefined) return print(await readLog(site, name, 200));
      for (const each of SERVER_NAMES) print(`==> ${each}\n${await readLog(site, each, 5)}\n`);
    });

  command('push', 'push a new small image and wait until Katello lists it')
    .argument('<path:tag>', 'for example acme/web/hello:2', readReference)
    .option('--index', 'an index of two architectures')
    .option('--as <login>', 'dev, viewer, other or disabled', 'dev')
    .action(async (reference: Reference, { world, index, as }: Options & { index?: true; as: string }) => {
      const site = siteOf(world);
      await expectUp(site);
      const description = await readDescription(site);
      const image = createNewImage(index === true);
      const { digest } = image.manifest;
      await runStep(`Push ${digest}`, () => pushAs(description, as, reference, image, signal));
      await runStep('Wait for Katello', async ({ note }) => {
        const { repository, tag } = await waitUntilListed(description, reference.tag, digest, signal);
        note(`lists it in ${repository} as ${tag}`);
      });
    });

  command('env', 'addresses and accounts, for a shell')
    .option('--json', 'as JSON')
    .action(async ({ world, json }: Options & { json?: true }) => {
      const description = await readDescription(siteOf(world));
      print(json === true ? `${JSON.stringify(description, null, 2)}\n` : toShell(description));
    });
  return program;
}

async function main(): Promise<void> {
  const interrupt = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => interrupt.abort());
  try {
    await createProgram(interrupt.signal).parseAsync();
  } catch (error) {
    process.exitCode = interrupt.signal.aborted ? INTERRUPTED : exitCodeOf(error);
    if (interrupt.signal.aborted) printError('interrupted; what this command started is ended again\n');
    else if (error instanceof ServerProblem) printError(`error: ${error.message}\n${hintOf(error)}`);
    else if (!(error instanceof CommanderError)) throw error;
  }
}

function readReference(text: string): Reference {
  const reference = parseReference(text);
  if (reference === null) throw new InvalidArgumentError('It has to be PATH:TAG.');
  return reference;
}

function readPort(text: string): number {
  const port = Number(text);
  if (Number.isInteger(port) && port > 0 && port < 65_536) return port;
  throw new InvalidArgumentError('It has to be between 1 and 65535.');
}

function exitCodeOf(error: unknown): number {
  if (!(error instanceof CommanderError)) return FAILED;
  // Asking for help is no error.
  return error.exitCode === 0 ? 0 : USAGE;
}

function hintOf({ hint, cause }: ServerProblem): string {
  const because = cause instanceof Error ? `because: ${cause.message}\n` : '';
  return because + (hint === '' ? '' : `hint: ${hint}\n`);
}

function print(text: string): void {
  process.stdout.write(text);
}

function printError(text: string): void {
  process.stderr.write(text);
}

await main();
