/**
 * Replays a folder of recorded exchanges against the Katello stand-in:
 * `npm run fidelity -- DIRECTORY --version 5.0.1 [--verbose]`. One line an exchange, then the share.
 */
import { parseArgs } from 'node:util';
import { readRecordings } from './recording.ts';
import { replay } from './replay.ts';
import { formatOutcome, formatSummary, summarize } from './report.ts';

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { version: { type: 'string' }, verbose: { type: 'boolean', default: false } },
  });
  const [directory] = positionals;
  if (directory === undefined || values.version === undefined) {
    throw new TypeError('usage: npm run fidelity -- DIRECTORY --version VERSION [--verbose]');
  }
  const recordings = await readRecordings(directory, values.version);
  if (recordings.length === 0) throw new Error(`no recordings of ${values.version} in ${directory}`);

  const outcomes = await replay(recordings, values.version, (outcome) => {
    process.stdout.write(`${formatOutcome(outcome, values.verbose)}\n`);
  });
  const summary = summarize(outcomes);
  process.stdout.write(`${formatSummary(summary, values.version)}\n`);
}

main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
