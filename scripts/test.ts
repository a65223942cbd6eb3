/**
 * `./scripts/test`: installs what is missing and runs every check. Run it through its launcher.
 *
 * The last line is the sum: `N passed, N failed`, and `, N skipped` if there are any. Types and lint count as one each.
 */
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Counts } from '../test/support/count-reporter.ts';
import { CLIENT_NEEDS, installSystemPackages, PROJECT, SERVER_NEEDS } from '../test/support/servers/install.ts';
import { WORLDS } from '../test/support/servers/pins.ts';
import { ServerProblem } from '../test/support/servers/problem.ts';
import { startPulp } from '../test/support/servers/pulp.ts';
import { runStep } from '../test/support/servers/sandbox/step.ts';
import { makeTemporaryDir } from '../test/support/servers/temporary.ts';

type Environment = Readonly<Record<string, string | undefined>>;
type Stage = () => Promise<Counts>;

const STAGES: Readonly<Record<string, Stage>> = {
  types: () => check('npm', 'run', '--silent', 'check'),
  lint: () => check('npm', 'run', '--silent', 'lint'),
  unit: () => mocha('unit', ['test/unit/**/*.test.ts', 'test/support/**/*.test.ts']),
  property: () => mocha('property', ['test/property/**/*.test.ts']),
  contract: () => withRealPulps((env) => mocha('contract', ['test/contract/**/*.test.ts'], env)),
  integration: () => mocha('integration', ['test/integration/**/*.test.ts']),
  e2e: () => mocha('e2e', ['test/e2e/**/*.test.ts']),
};

const HELP = `Usage: test [stage...]

Installs what is missing and runs every stage, or those that are named: ${Object.keys(STAGES).join(', ')}
`;

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { help: { type: 'boolean', short: 'h' } },
  });
  const unknown = positionals.filter((name) => !(name in STAGES));
  if (values.help === true || unknown.length > 0) {
    process.stdout.write(unknown.length > 0 ? `no such stage: ${unknown.join(', ')}\n\n${HELP}` : HELP);
    return unknown.length > 0 ? 2 : 0;
  }
  await runStep('System packages', async ({ say, note }) => {
    const installed = await installSystemPackages([...SERVER_NEEDS, ...CLIENT_NEEDS], { onProgress: say });
    note(installed.length > 0 ? `installed ${installed.join(', ')}` : 'all there');
  });

  const sum: Counts = { passed: 0, failed: 0, skipped: 0 };
  const rows: string[] = [];
  for (const [name, stage] of Object.entries(STAGES)) {
    if (positionals.length > 0 && !positionals.includes(name)) continue;
    process.stdout.write(`\n== ${name}\n`);
    const startedAt = Date.now();
    const counts = await stage();
    for (const key of ['passed', 'failed', 'skipped'] as const) sum[key] += counts[key];
    rows.push(`${name.padEnd(12)} ${format(counts)} in ${((Date.now() - startedAt) / 1_000).toFixed(1)} s\n`);
  }
  process.stdout.write(`\n${rows.join('')}${format(sum)}\n`);
  return sum.failed === 0 ? 0 : 1;
}

/** A command that passes or fails as a whole. */
async function check(command: string, ...args: string[]): Promise<Counts> {
  const isGood = (await run(command, args, process.env)) === 0;
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
}

/** One run of mocha. A run that ends otherwise than its tests say counts as one more failure. */
async function mocha(name: string, files: readonly string[], env: Environment = {}): Promise<Counts> {
  const dir = await makeTemporaryDir(name);
  const output = join(dir, 'counts.json');
  const reporter = ['--reporter', 'test/support/count-reporter.ts', '--reporter-option', `output=${output}`];
  const code = await run('node_modules/.bin/mocha', [...reporter, ...files], { ...process.env, ...env });

  const text = await readFile(output, 'utf8').catch(() => null);
  await rm(dir, { recursive: true });
  const counts = text === null ? { passed: 0, failed: 0, skipped: 0 } : Counts.parse(JSON.parse(text));
  if (code === 0 ? text !== null : counts.failed > 0) return counts;
  process.stdout.write(`mocha ended with ${code}, which its tests do not explain\n`);
  return { ...counts, failed: counts.failed + 1 };
}

/** Runs the stage with a real Pulp of each world at hand. */
async function withRealPulps(stage: (env: Environment) => Promise<Counts>): Promise<Counts> {
  const env: Record<string, string> = {};
  const endings: (() => Promise<void>)[] = [];
  try {
    for (const world of WORLDS) {
      const dir = await makeTemporaryDir(`contract-${world}`);
      endings.unshift(() => rm(dir, { recursive: true }));
      const pulp = await runStep(`Pulp of world ${world}`, ({ say }) => startPulp({ world, dir, onProgress: say }));
      endings.unshift(() => pulp.stop());
      const { url, login, password } = pulp;
      env[`KPR_TEST_PULP_${world.toUpperCase()}`] = JSON.stringify({ url, login, password });
    }
    return await stage(env);
  } finally {
    for (const end of endings) await end();
  }
}

/** Exit code of a command that writes to our own terminal and reads nothing. */
function run(command: string, args: readonly string[], env: Environment): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd: PROJECT, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

function format({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

try {
  process.exitCode = await main();
} catch (error) {
  // Also what cannot even be begun has an end that a script can read.
  const hint = error instanceof ServerProblem && error.hint !== '' ? `hint: ${error.hint}\n` : '';
  process.stderr.write(`error: ${error instanceof Error ? error.message : String(error)}\n${hint}`);
  process.stdout.write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
