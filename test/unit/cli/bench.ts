/** A command line whose streams are collected. */
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

export function collect(env: Io['env'] = {}, signal = new AbortController().signal, isTTY = false) {
  let stdout = '';
  let stderr = '';
  const io: Io = {
    env,
    stdout: { write: (text) => (stdout += text), isTTY, columns: 60 },
    stderr: { write: (text) => (stderr += text), isTTY },
    signal,
  };
  return { io, written: () => ({ stdout, stderr }) };
}
