/**
 * `./scripts/test`: installs what is missing and runs every check. Run it through its launcher.
 *
 * The last line is the sum: `N passed, N failed`, and `, N skipped` if there are any. Types and lint count as one each.
 */
import { rm } from 'node:fs/promises';
import { Argument, Command, CommanderError } from 'commander';
import { addCounts, type Environment, formatCounts, runCheck, runMocha } from '../test/support/checks.ts';
import type { Counts } from '../test/support/count-reporter.ts';
import { FAKETIME } from '../test/support/faults/faketime.ts';
import {
  CLIENT_NEEDS,
  installSystemPackages,
  SERVER_NEEDS,
  SHELL_NEEDS,
  WEB_NEEDS,
} from '../test/support/servers/install.ts';
import { WORLDS } from '../test/support/servers/pins.ts';
import { ServerProblem } from '../test/support/servers/problem.ts';
import { startPulp } from '../test/support/servers/pulp.ts';
import { runStep } from '../test/support/servers/sandbox/step.ts';
import { makeTemporaryDir } from '../test/support/servers/temporary.ts';

const STAGES: Readonly<Record<string, () => Promise<Counts>>> = {
  types: () => runCheck('npm', 'run', '--silent', 'check'),
  lint: () => runCheck('npm', 'run', '--silent', 'lint'),
  unit: () => runMocha(['test/unit/**/*.test.ts', 'test/support/**/*.test.ts']),
  property: () => runMocha(['test/property/**/*.test.ts']),
  faults: () => runFaults(),
  integration: () => runMocha(['test/integration/**/*.test.ts']),
  contract: () => withRealPulps(runContract),
  e2e: () => runEndToEnd(),
};

interface Options {
  readonly long?: true;
}

function createProgram(): Command {
  return new Command('test')
    .description('Installs what is missing and runs every stage, or those that are named.')
    .addArgument(new Argument('[stage...]', 'in this order').choices(Object.keys(STAGES)))
    .option('--long', 'faults, crashes and outages at full length too')
    .showHelpAfterError()
    .exitOverride()
    .action(async (names: readonly string[], { long }: Options) => {
      if (long === true) process.env['KPR_TEST_LONG'] = '1';
      process.exitCode = await runStages(names);
    });
}

/** Runs the named stages, or all, and tells their sum. @returns the exit code */
async function runStages(names: readonly string[]): Promise<number> {
  await runStep('System packages', async ({ say, note }) => {
    const needs = [...SERVER_NEEDS, ...CLIENT_NEEDS, ...SHELL_NEEDS, ...Object.values(WEB_NEEDS), FAKETIME];
    const installed = await installSystemPackages(needs, { onProgress: say });
    note(installed.length > 0 ? `installed ${installed.join(', ')}` : 'all there');
  });

  const results: Counts[] = [];
  const rows: string[] = [];
  for (const [name, runStage] of Object.entries(STAGES)) {
    if (names.length > 0 && !names.includes(name)) continue;
    process.stdout.write(`\n== ${name}\n`);
    const startedAt = Date.now();
    const counts = await runStage();
    results.push(counts);
    rows.push(`${name.padEnd(12)} ${formatCounts(counts)} in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s\n`);
  }
  const sum = addCounts(results);
  process.stdout.write(`\n${rows.join('')}${formatCounts(sum)}\n`);
  return sum.failed === 0 ? 0 : 1;
}

/** Runs the stage with a real Pulp of each world at hand. */
async function withRealPulps(runStage: (env: Environment) => Promise<Counts>): Promise<Counts> {
  const env: Record<string, string> = {};
  const endings: (() => Promise<void>)[] = [];
  try {
    for (const world of WORLDS) {
      const dir = await makeTemporaryDir(`contract-${world}`);
      endings.unshift(() => rm(dir, { recursive: true }));
      const pulp = await runStep(`Pulp of world ${world}`, ({ say }) =>
        startPulp({ world, dir, access: 'password', onProgress: say }),
      );
      endings.unshift(() => pulp.stop());
      const { url, login, password } = pulp;
      env[`KPR_TEST_PULP_${world.toUpperCase()}`] = JSON.stringify({ url, login, password });
    }
    return await runStage(env);
  } finally {
    for (const end of endings) await end();
  }
}

/** Suites side by side, because they wait more than they work; at full length each has much to do itself. */
function runFaults(): Promise<Counts> {
  const jobs = process.env['KPR_TEST_LONG'] === '1' ? '2' : '8';
  return runMocha(['--parallel', '--jobs', jobs, 'test/faults/**/*.test.ts']);
}

/** On both real Pulps at the same time, because each mostly waits; and beside them in memory. */
async function runContract(env: Environment): Promise<Counts> {
  const files = ['test/contract/**/*.test.ts', 'test/scenarios/**/*.test.ts'];
  const real = WORLDS.map((world) =>
    runMocha([...files, '--fgrep', `(real, world ${world})`], { env, prefix: `real ${world} | ` }),
  );
  const rest = runMocha([...files, '--fgrep', '(real, world ', '--invert'], { env, prefix: 'memory | ' });
  return addCounts(await Promise.all([...real, rest]));
}

/** Both worlds at the same time, because each mostly waits; then the tests that name no world in their title. */
async function runEndToEnd(): Promise<Counts> {
  const files = 'test/e2e/**/*.test.ts';
  const runs = WORLDS.map((world) => runMocha([files, '--fgrep', `(world ${world})`], { prefix: `${world} | ` }));
  return addCounts([...(await Promise.all(runs)), await runMocha([files, '--fgrep', '(world ', '--invert'])]);
}

try {
  await createProgram().parseAsync();
} catch (error) {
  if (error instanceof CommanderError) process.exitCode = error.exitCode === 0 ? 0 : 2;
  else {
    const hint = error instanceof ServerProblem && error.hint !== '' ? `hint: ${error.hint}\n` : '';
    process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n${hint}`);
    // Also what cannot even be begun has an end that a script can read.
    process.stdout.write('0 passed, 1 failed\n');
    process.exitCode = 1;
  }
}
