/** A command line whose streams are collected. */
import { Readable } from 'node:stream';
import type { Io } from '../../../lib/cli/terminal.ts';

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
  const { io, written } = collect(env, new AbortController().signal, true, typed);
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
