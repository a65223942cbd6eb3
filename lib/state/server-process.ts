/**
 * A Redis server as our child that cannot outlive us, not even when we are killed with SIGKILL.
 */
import { type ChildProcess, spawn } from 'node:child_process';

export interface ServerProcess {
  isRunning(): boolean;
  /** Fulfilled with what it said last when the server is gone, whoever ended it. */
  readonly exited: Promise<{ code: number | null; said: string }>;
  /** Lets it write its data and waits until it is gone. */
  stop(): Promise<void>;
}

/** Longer than writing the data of any queue takes. */
const STOP_MS = 10_000;

/** Exit code when neither server is on PATH. */
export const NO_SERVER = 127;

/**
 * The shell becomes the server, so its pid is the server's. Before that it leaves a guard behind, which reads from a
 * pipe whose other end only we hold: when the kernel closes it for us, the guard ends the server. A line in the pipe
 * means that the server is gone already.
 */
const SCRIPT = `
server=$(command -v valkey-server || command -v redis-server) || exit ${NO_SERVER}
{ read -r _ <&3 || kill -TERM $$; } >/dev/null 2>&1 &
exec 3<&-
exec env -i "$server" "$@"
`;

/** Starts `valkey-server` or `redis-server` from PATH with these arguments, in a session that no Ctrl-C reaches. */
export function startServer(args: readonly string[]): ServerProcess {
  const child = spawn('/bin/sh', ['-c', SCRIPT, 'sh', ...args], {
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const said = collectTail(child);
  const exited = new Promise<{ code: number | null; said: string }>((resolve) => {
    child.once('error', (error) => resolve({ code: null, said: error.message }));
    child.once('exit', (code) => {
      endGuard(child);
      resolve({ code, said: said() });
    });
  });
  return {
    isRunning: () => child.pid !== undefined && child.exitCode === null && child.signalCode === null,
    exited,
    stop: async () => {
      child.kill('SIGTERM');
      const patience = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(patience);
    },
  };
}

function endGuard(child: ChildProcess): void {
  const pipe = child.stdio[3];
  if (!pipe || !('end' in pipe)) return;
  pipe.on('error', () => undefined); // the guard went with its server
  pipe.end('\n');
}

/** Keeps the last of what a child prints. */
function collectTail(child: ChildProcess): () => string {
  let tail = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      tail = (tail + chunk.toString()).slice(-2000);
    });
  }
  return () => tail.trim();
}
