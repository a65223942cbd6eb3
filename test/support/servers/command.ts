/** Commands that run to their end. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { serverEnvironment } from './environment.ts';
import { ServerProblem } from './problem.ts';

export interface CommandOptions {
  /** in place of our own environment; see `serverEnvironment` */
  readonly env?: Record<string, string>;
  readonly cwd?: string;
  /** written to standard input, which is closed otherwise */
  readonly input?: string;
  readonly signal?: AbortSignal | undefined;
  /** true: once begun, it runs to its end whatever happens, also over a Ctrl-C of the terminal */
  readonly isShielded?: boolean;
  /** each line of output and error output as it comes, for progress */
  readonly onLine?: (line: string) => void;
}

/** How many lines of a failed command's output its error repeats. */
const TAIL = 15;

/**
 * Runs a command without a shell and answers what it wrote to standard output.
 *
 * @throws ServerProblem with the last lines of its output when it cannot start or does not exit with 0
 */
export async function runCommand(
  command: string,
  args: readonly string[],
  options: CommandOptions = {},
): Promise<string> {
  const isShielded = options.isShielded ?? false;
  const child = spawn(command, args, {
    env: options.env ?? serverEnvironment(),
    cwd: options.cwd,
    stdio: ['pipe', 'pipe', 'pipe'],
    detached: isShielded,
    signal: isShielded ? undefined : options.signal,
  });
  let output = '';
  const tail: string[] = [];
  const keep = (line: string): void => {
    tail.push(line);
    if (tail.length > TAIL) tail.shift();
    options.onLine?.(line);
  };

  child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
  createInterface({ input: child.stdout }).on('line', keep);
  createInterface({ input: child.stderr }).on('line', keep);
  // A command that does not read its input closes it early; its exit code tells all that matters.
  child.stdin.on('error', () => undefined);
  child.stdin.end(options.input ?? '');

  const code = await new Promise<number | string>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (exitCode, signal) => resolve(exitCode ?? signal ?? 'nothing'));
  }).catch((error: unknown) => {
    options.signal?.throwIfAborted();
    throw new ServerProblem(`${command} cannot be started`, '', { cause: error });
  });
  options.signal?.throwIfAborted();
  if (code !== 0) throw new ServerProblem(`${command} ended with ${code}:\n${tail.join('\n')}`);
  return output;
}
