/** Small values that a directory of servers keeps between two commands: ports and passwords. */
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const Values = z.record(z.string(), z.union([z.number(), z.string()]));
type Values = z.infer<typeof Values>;

/** True while nothing is kept. */
export function isBlank(dir: string): boolean {
  return !existsSync(fileOf(dir));
}

/** The value kept under this key, or null. */
export function recall(dir: string, key: string): number | string | null {
  return read(dir)[key] ?? null;
}

/** Keeps the value. Reads, merges and renames without a pause between, so that starters side by side lose nothing. */
export function remember(dir: string, key: string, value: number | string): void {
  const file = fileOf(dir);
  const values = { ...read(dir), [key]: value };
  mkdirSync(dir, { recursive: true });
  writeFileSync(`${file}.new`, `${JSON.stringify(values, null, 2)}\n`, { mode: 0o600 });
  renameSync(`${file}.new`, file);
}

/** The password kept under this name; made at random the first time. Letters and digits only, fit for any URL. */
export function keepPassword(dir: string, name: string): string {
  const key = `${name}-password`;
  const kept = recall(dir, key);
  if (typeof kept === 'string') return kept;

  const password = randomBytes(16).toString('hex');
  remember(dir, key, password);
  return password;
}

function fileOf(dir: string): string {
  return join(dir, 'memory.json');
}

function read(dir: string): Values {
  try {
    return Values.parse(JSON.parse(readFileSync(fileOf(dir), 'utf8')));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return {};
    throw error;
  }
}
