/**
 * A secret that prints as `***` and follows its file, so that a changed password needs no restart.
 */
import { readFileSync, statSync } from 'node:fs';

export interface Secret {
  /** The value now. A file is read again when it has changed; while it is away, the last value stands. */
  reveal(): string;
  toString(): string;
  toJSON(): string;
}

/** A secret given as text. */
export function createSecret(value: string): Secret {
  return masked(() => value);
}

/**
 * A secret in a file, without the line end that editors leave behind.
 *
 * @throws Error of node:fs when the file cannot be read now
 */
export function openSecret(file: string): Secret {
  let seen = read(file);
  return masked(() => {
    try {
      if (statSync(file).mtimeMs !== seen.mtimeMs) seen = read(file);
    } catch {
      // being replaced: a wrong old value shows itself at the server
    }
    return seen.value;
  });
}

function read(file: string): { mtimeMs: number; value: string } {
  const { mtimeMs } = statSync(file);
  return { mtimeMs, value: readFileSync(file, 'utf8').replace(/\r?\n$/, '') };
}

function masked(reveal: () => string): Secret {
  return { reveal, toString: () => '***', toJSON: () => '***' };
}
