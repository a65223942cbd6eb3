/**
 * Progress of a path on stderr: one redrawn line on a terminal, else a line for each stage and one every ten seconds.
 */
import { showHidden } from '../hidden.ts';
import type { Io } from './terminal.ts';

export interface Progress {
  /** Where the path is now. */
  at(stage: string): void;
  /** Ends the line. */
  end(): void;
}

const QUIET_MS = 10_000;

export function createProgress({ stderr }: Io, path: string, now: () => number): Progress {
  const startedAt = now();
  let last: string | null = null;
  let saidAt = startedAt;
  const line = (stage: string) =>
    `${showHidden(path)}  ${showHidden(stage)}  ${Math.round((now() - startedAt) / 1000)} s`;
  return {
    at: (stage) => {
      if (stderr.isTTY) {
        stderr.write(`\r\u001b[K${line(stage)}`);
        return;
      }
      if (stage === last && now() - saidAt < QUIET_MS) return;
      last = stage;
      saidAt = now();
      stderr.write(`${line(stage)}\n`);
    },
    end: () => {
      if (stderr.isTTY) stderr.write('\n');
    },
  };
}
