/**
 * What a verb sees as its environment: a file, the real environment, and flags, each over the one before.
 */
import { readFileSync } from 'node:fs';
import { parseEnv } from 'node:util';
import type { Environment } from '../config.ts';
import { CliError, EXIT } from './exit.ts';

const DEFAULT_FILE = '/etc/kpr/kpr.env';

/**
 * @param file of `--env-file`; the default one may be absent, and may be closed to ordinary users
 * @throws CliError usage when a file that was asked for cannot be read
 */
export function readEnvironmentFor(env: Environment, file: string | undefined, flags: Environment): Environment {
  return { ...readFile(file), ...env, ...flags };
}

function readFile(file: string | undefined): Environment {
  try {
    return parseEnv(readFileSync(file ?? DEFAULT_FILE, 'utf8'));
  } catch (error) {
    if (file === undefined) return {};
    const message = error instanceof Error ? error.message : String(error);
    throw new CliError(EXIT.usage, 'usage', `--env-file: ${message}`);
  }
}
