/**
 * The verb wait: until Katello and smart proxies serve what was pushed. Made for the end of a CI job.
 */
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import { CliError, EXIT } from './exit.ts';
import { createProgress } from './progress.ts';
import { type CommonOptions, type Io, printJson, printLines } from './terminal.ts';

export interface WaitOptions extends CommonOptions {
  readonly proxy?: readonly string[];
  readonly timeout: string;
}

const Arrival = z.looseObject({
  path: z.string(),
  isDone: z.boolean(),
  push: z.looseObject({ state: z.string(), stage: z.string().nullable() }).nullable(),
  message: z.string(),
  error: z
    .looseObject({ code: z.string(), reason: z.string().nullable(), message: z.string(), hint: z.string().nullable() })
    .nullable(),
});
type Arrival = z.infer<typeof Arrival>;

const LONGEST_SECONDS = 86_400;
/** One request asks for so long: a line that is redrawn tells the seconds, a log a line every ten. */
const ASK_SECONDS = { terminal: 1, log: 10 } as const;

/** @throws CliError timed out; failed or refused where it will not come; not found */
export async function waitVerb(
  io: Io,
  api: ApiClient,
  ref: string,
  { proxy, timeout, output, quiet }: WaitOptions,
): Promise<void> {
  const seconds = parseSeconds(timeout);
  const endsAt = performance.now() + seconds * 1000;
  const progress = createProgress(io, ref.replace(/@.*$/, ''), Date.now);
  const usual = io.stderr.isTTY ? ASK_SECONDS.terminal : ASK_SECONDS.log;

  // the first answer comes at once, so that a person sees what it waits for
  for (let each = 0; ; each = usual) {
    const leftSeconds = Math.max(0, (endsAt - performance.now()) / 1000);
    const timeoutSeconds = Math.min(each, leftSeconds).toFixed(3);
    const arrival = await api.get('wait', { ref, proxy, timeoutSeconds }, Arrival);
    const isOver = arrival.isDone || arrival.error !== null || leftSeconds <= each;
    if (!quiet) progress.at(stageOf(arrival));
    if (!isOver) continue;

    if (!quiet) progress.end();
    if (output === 'json') printJson(io, arrival);
    throwIfNotDone(arrival, seconds);
    if (output === 'table' && !quiet) printLines(io, [arrival.message]);
    return;
  }
}

function stageOf({ isDone, push, error }: Arrival): string {
  if (isDone) return 'served';
  if (error) return error.reason ?? error.code;
  return push && push.state !== 'done' ? (push.stage ?? push.state) : 'waiting';
}

function throwIfNotDone({ path, isDone, error, message }: Arrival, seconds: number): void {
  if (isDone) return;
  if (!error) throw new CliError(EXIT.timedOut, 'timed-out', `${message}, after ${seconds} s`, `kpr explain ${path}`);
  const exitCode = error.code === 'E_REFUSED' ? EXIT.refused : EXIT.failed;
  throw new CliError(exitCode, error.reason ?? error.code, `${path}: ${error.message}`, error.hint);
}

function parseSeconds(text: string): number {
  const seconds = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds <= LONGEST_SECONDS) return seconds;
  throw new CliError(EXIT.usage, 'usage', `--timeout ${text}: must be seconds, a day at most`);
}
