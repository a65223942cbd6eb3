/** Runs commands and mocha for `./scripts/test` and counts what came of them. */
import { spawn } from 'node:child_process';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { Counts } from './count-reporter.ts';
import { PROJECT } from './servers/install.ts';
import { makeTemporaryDir } from './servers/temporary.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

export interface RunOptions {
  /** on top of our own environment */
  readonly env?: Environment;
  /** put before each line of output, where runs go side by side */
  readonly prefix?: string;
}

/** A command that passes or fails as a whole. */
export async function runCheck(command: string, ...args: string[]): Promise<Counts> {
  const isGood = (await run(command, args, {})) === 0;
  return { passed: isGood ? 1 : 0, failed: isGood ? 0 : 1, skipped: 0 };
}

/** One run of mocha with these arguments. A run that ends otherwise than its tests say counts as one more failure. */
export async function runMocha(args: readonly string[], options: RunOptions = {}): Promise<Counts> {
  const dir = await makeTemporaryDir('counts');
  const output = join(dir, 'counts.json');
  const reporter = ['--reporter', 'test/support/count-reporter.ts', '--reporter-option', `output=${output}`];
  const code = await run('node_modules/.bin/mocha', [...reporter, ...args], options);

  const text = await readFile(output, 'utf8').catch(() => null);
  await rm(dir, { recursive: true });
  const counts = text === null ? { passed: 0, failed: 0, skipped: 0 } : Counts.parse(JSON.parse(text));
  if (code === 0 ? text !== null : counts.failed > 0) return counts;
  process.stdout.write(`mocha ended with ${code}, which its tests do not explain: one more failure\n`);
  return { ...counts, failed: counts.failed + 1 };
}

/** Sum of several runs. */
export function addCounts(all: readonly Counts[]): Counts {
  const sum = { passed: 0, failed: 0, skipped: 0 };
  for (const counts of all) for (const key of ['passed', 'failed', 'skipped'] as const) sum[key] += counts[key];
  return sum;
}

/** `N passed, N failed`, and `, N skipped` if there are any. */
export function formatCounts({ passed, failed, skipped }: Counts): string {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;
}

/** Exit code of a command that reads nothing and writes to where we write. */
function run(command: string, args: readonly string[], { env = {}, prefix }: RunOptions): Promise<number> {
  const output = prefix === undefined ? 'inherit' : 'pipe';
  const child = spawn(command, args, {
    cwd: PROJECT,
    env: { ...process.env, ...env },
    stdio: ['ignore', output, output],
  });
  for (const stream of [child.stdout, child.stderr]) {
    if (stream) createInterface({ input: stream }).on('line', (line) => process.stdout.write(`${prefix}${line}\n`));
  }
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
