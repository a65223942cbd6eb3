/**
 * Where a command reads from and writes to, and how what it writes looks.
 */
import { escapeJson, showHidden } from '../hidden.ts';
import { createPaint } from './colour.ts';
import type { CliError } from './exit.ts';

/** The world outside, so that tests can bring their own. */
export interface Io {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: Output;
  readonly stderr: Output;
  /** asked for answers only where it is a terminal */
  readonly stdin: NodeJS.ReadableStream & { readonly isTTY?: boolean | undefined };
  /** aborted when the person interrupts */
  readonly signal: AbortSignal;
}

export interface Output {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  readonly columns?: number | undefined;
}

/** Options that every verb takes. */
export interface CommonOptions {
  readonly output: 'table' | 'json';
  readonly quiet: boolean;
  readonly dryRun: boolean;
  readonly yes: boolean;
  readonly url?: string;
  readonly envFile?: string;
}

const DEFAULT_COLUMNS = 80;

/** Width of what is printed: that of the terminal, or 80. */
export function columnsOf({ stdout }: Io): number {
  return (stdout.isTTY && stdout.columns) || DEFAULT_COLUMNS;
}

/** Lines for a person. Each is made harmless: names come from strangers. */
export function printLines({ stdout }: Io, lines: readonly string[]): void {
  for (const line of lines) stdout.write(`${showHidden(line)}\n`);
}

/** The last line of a verb that would have written. */
export const DRY_RUN = 'dry run: nothing was changed';

/** One JSON value on one line, alone. */
export function printJson({ stdout }: Io, value: unknown): void {
  stdout.write(`${escapeJson(JSON.stringify(value))}\n`);
}

/** `error: REASON: message`, a line for each line of the message, and `hint: …`. */
export function printError(io: Io, { reason, message, hint }: CliError): void {
  const { stderr } = io;
  const error = createPaint(io, stderr)('error:', 'red');
  for (const line of message.split('\n')) stderr.write(`${error} ${reason}: ${showHidden(line)}\n`);
  if (hint !== null) stderr.write(`hint: ${showHidden(hint)}\n`);
}
