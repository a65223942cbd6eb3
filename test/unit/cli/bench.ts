/** A command line whose streams are collected. */
import { Readable } from 'node:stream';
import type { ApiClient } from '../../../lib/cli/api-client.ts';
import { CliError } from '../../../lib/cli/exit.ts';
import type { CommonOptions, Io } from '../../../lib/cli/terminal.ts';

export interface Run {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export async function run(
  args: readonly string[],
  env: Io['env'] = {},
  signal = new AbortController().signal,
): Promise<Run> {
  // imported as verbs import what they need, so that there is one of each class
  const { runCli } = await import('../../../lib/cli/program.ts');
  const { io, written } = collect(env, signal);
  const code = await runCli(args, io);
  return { code, ...written() };
}

/** The same at a terminal, where a person types this. */
export async function runTyping(typed: string, args: readonly string[], env: Io['env'] = {}): Promise<Run> {
  const { runCli } = await import('../../../lib/cli/program.ts');
  const { io, written } = collect({ NO_COLOR: '1', ...env }, new AbortController().signal, true, typed);
  const code = await runCli(args, io);
  return { code, ...written() };
}

export function collect(env: Io['env'] = {}, signal = new AbortController().signal, isTTY = false, typed = '') {
  let stdout = '';
  let stderr = '';
  const io: Io = {
    env,
    stdout: { write: (text) => (stdout += text), isTTY, columns: 60 },
    stderr: { write: (text) => (stderr += text), isTTY },
    stdin: Object.assign(Readable.from([typed]), { isTTY }),
    signal,
  };
  return { io, written: () => ({ stdout, stderr }) };
}

/** What verbs get when nothing is asked for. */
export const PLAIN: CommonOptions = { output: 'table', quiet: false, dryRun: false, yes: false };

/** A daemon that answers each call in turn, and remembers what it was asked. */
export function answering(...answers: readonly unknown[]) {
  const left = [...answers];
  const asked: [path: string, input: object][] = [];
  const answer: ApiClient['post'] = async (path, input, schema) => {
    asked.push([path, input]);
    return schema.parse(left.length > 1 ? left.shift() : left[0]);
  };
  return { api: { get: answer, post: answer } satisfies ApiClient, asked };
}

/** What a verb throws. */
export async function failureOf(work: Promise<unknown>): Promise<CliError> {
  const error = await work.then(
    () => null,
    (failure: unknown) => failure,
  );
  if (error instanceof CliError) return error;
  throw new Error(`it ended otherwise: ${String(error)}`);
}
