/**
 * The question before what cannot be taken back.
 */
import { once } from 'node:events';
import { createInterface } from 'node:readline/promises';
import { showHidden } from '../hidden.ts';
import { CliError, EXIT } from './exit.ts';
import type { CommonOptions, Io } from './terminal.ts';

/**
 * Passes with `--yes`, in a dry run, or if a person at a terminal says yes.
 *
 * @param effect what will happen, as a sentence
 * @throws CliError usage where there is nobody to ask; declined
 */
export async function confirm(
  { stdin, stderr, signal }: Io,
  effect: string,
  { yes, dryRun }: Pick<CommonOptions, 'yes' | 'dryRun'>,
): Promise<void> {
  if (yes || dryRun) return;
  if (!stdin.isTTY || !stderr.isTTY) throw new CliError(EXIT.usage, 'usage', effect, 'give --yes to do it');

  const lines = createInterface({ input: stdin });
  try {
    stderr.write(`${showHidden(effect)} Go on? [y/N] `);
    const ended = once(lines, 'close').then(() => '');
    const answer = await Promise.race([lines.question('', { signal }), ended]);
    if (!/^\s*y(?:es)?\s*$/i.test(answer)) throw new CliError(EXIT.refused, 'declined', 'nothing was changed');
  } finally {
    lines.close();
  }
}
