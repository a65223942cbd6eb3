/**
 * Verbs that look: status, plan.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { ApiClient } from './api-client.ts';
import { colourOf } from './colour.ts';
import { CliError, EXIT } from './exit.ts';
import { showPlan, showPushes, showReceipt, showStatus } from './show.ts';
import { printTable } from './table.ts';
import { type CommonOptions, type Io, printJson, printLines } from './terminal.ts';
import { PlanAnswer, PushList, StatusView } from './views.ts';

export interface StatusOptions extends CommonOptions {
  readonly state?: string;
  readonly limit: string;
  readonly watch?: boolean;
}

const WATCH_MS = 2000;
/** Clears the screen and goes to its first line. */
const CLEAR = '\u001b[2J\u001b[H';

export async function showStatusVerb(
  io: Io,
  api: ApiClient,
  path: string | undefined,
  options: StatusOptions,
): Promise<void> {
  const show = () => (path === undefined ? showDaemon(io, api, options) : showPath(io, api, path, options));
  if (!options.watch) return show();
  for (;;) {
    if (io.stdout.isTTY && options.output === 'table') io.stdout.write(CLEAR);
    await show();
    await delay(WATCH_MS, undefined, { signal: io.signal });
  }
}

/** The daemon first: it may have a reason why there are no pushes to show. */
async function showDaemon(io: Io, api: ApiClient, { output, state, limit, quiet }: StatusOptions): Promise<void> {
  const status = await api.get('status', {}, StatusView);
  if (output === 'table' && !quiet) printLines(io, showStatus(status));
  const { items } = await api.get('pushes', { state, limit }, PushList);
  if (output === 'json') printJson(io, { ...status, pushes: items });
  else if (!quiet && items.length > 0) {
    await printTable(io, showPushes(items, Date.now()), (text, head) => (head === 'STATE' ? colourOf(text) : null));
  }
}

async function showPath(io: Io, api: ApiClient, path: string, { output, state, quiet }: StatusOptions): Promise<void> {
  const { items } = await api.get('pushes', { path, state, limit: '1' }, PushList);
  const [receipt] = items;
  if (!receipt) throw new CliError(EXIT.notFound, 'not-found', `no push of ${path} is known`);
  if (output === 'json') printJson(io, receipt);
  else if (!quiet) printLines(io, showReceipt(receipt));
}

export async function showPlanVerb(
  io: Io,
  api: ApiClient,
  path: string,
  { output, quiet }: CommonOptions,
): Promise<void> {
  const plan = await api.get('plan', { path }, PlanAnswer);
  if (output === 'json') printJson(io, plan);
  else if (!quiet) printLines(io, showPlan(plan));
}
