/**
 * Verbs about the program itself: config show, config validate.
 */
import { describeConfig, type Environment, loadConfig } from '../config.ts';
import { formatTable } from './table.ts';
import { type CommonOptions, columnsOf, type Io, printJson, printLines } from './terminal.ts';

/** Shows what is set and what the defaults are, whether it is right or not. */
export async function showConfigVerb(io: Io, env: Environment, { output, quiet }: CommonOptions): Promise<void> {
  const values = describeConfig(env);
  if (output === 'json') return printJson(io, Object.fromEntries(values.map(({ name, value }) => [name, value])));
  if (quiet) return;
  const rows = values.map(({ name, value, isDefault }) => [name, value, isDefault ? 'default' : '']);
  printLines(io, await formatTable([['NAME', 'VALUE', ''], ...rows], columnsOf(io)));
}

/** @throws E_CONFIG naming everything that is wrong */
export function validateConfigVerb(io: Io, env: Environment, { output, quiet }: CommonOptions): void {
  loadConfig(env);
  if (output === 'json') printJson(io, { isValid: true });
  else if (!quiet) printLines(io, ['the configuration is valid']);
}
