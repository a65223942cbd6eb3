/**
 * Verbs about smart proxies: what each of them lacks, and syncing a path there.
 */
import { z } from 'zod';
import type { ApiClient } from './api-client.ts';
import { CliError, EXIT } from './exit.ts';
import { readAllPages } from './pages.ts';
import { showAge } from './show.ts';
import { formatTable } from './table.ts';
import { type CommonOptions, columnsOf, type Io, printJson, printLines } from './terminal.ts';

export interface ProxyOptions extends CommonOptions {
  readonly proxy?: readonly string[];
}

const ProxyRow = z.looseObject({
  name: z.string(),
  behind: z.array(
    z.looseObject({
      path: z.string(),
      reason: z.string().nullable(),
      message: z.string().nullable(),
      since: z.string(),
    }),
  ),
  last: z
    .looseObject({ path: z.string(), outcome: z.string(), reason: z.string().nullable(), at: z.string() })
    .nullable(),
});
type ProxyRow = z.infer<typeof ProxyRow>;

const ProxyAnswer = z.looseObject({
  isAutomatic: z.boolean(),
  reason: z.string().nullable(),
  items: z.array(ProxyRow),
  next: z.string().nullable(),
});
const Ordered = z.looseObject({ path: z.string(), proxies: z.array(z.string()), dryRun: z.boolean() });

/** @throws CliError not found, for a proxy that there is not */
export async function showProxiesVerb(
  io: Io,
  api: ApiClient,
  { proxy: names, output, quiet }: ProxyOptions,
): Promise<void> {
  const answer = await readAllPages(api, 'proxies', {}, ProxyAnswer);
  const stranger = names?.find((name) => answer.items.every((item) => item.name !== name));
  if (stranger !== undefined) throw new CliError(EXIT.notFound, 'not-found', `no smart proxy ${stranger}`);
  const items = answer.items.filter(({ name }) => names?.includes(name) ?? true);

  if (output === 'json') return printJson(io, { ...answer, items });
  if (quiet) return;
  printLines(io, [answer.isAutomatic ? 'automatic sync' : `no automatic sync: ${answer.reason ?? 'unknown'}`]);
  if (items.length === 0) return printLines(io, ['no smart proxy']);
  printLines(io, await formatTable(showProxies(items, Date.now()), columnsOf(io)));
  const behind = showBehind(items, Date.now());
  if (behind.length > 1) printLines(io, ['', ...(await formatTable(behind, columnsOf(io)))]);
}

/** @throws CliError not found, for a path that is not published; refused, for a proxy that there is not */
export async function syncProxiesVerb(
  io: Io,
  api: ApiClient,
  path: string,
  { proxy, dryRun, output, quiet }: ProxyOptions,
): Promise<void> {
  const answer = await api.post('proxies/sync', { path, ...(proxy && { proxies: proxy }), dryRun }, Ordered);
  if (output === 'json') return printJson(io, answer);
  if (quiet) return;
  const { proxies } = answer;
  printLines(
    io,
    proxies.length > 0 ? proxies.map((name) => `queued ${answer.path}  ${name}`) : ['no proxy carries it'],
  );
  if (dryRun) printLines(io, ['dry run: nothing was changed']);
}

/** Rows of a table, the head first. */
function showProxies(items: readonly ProxyRow[], now: number): string[][] {
  const rows = items.map(({ name, behind, last }) => [
    name,
    String(behind.length),
    last ? (last.reason ?? last.outcome) : '',
    last?.path ?? '',
    last ? showAge(now - Date.parse(last.at)) : '',
  ]);
  return [['PROXY', 'BEHIND', 'LAST', 'PATH', 'AGE'], ...rows];
}

/** Rows of a table, the head first. */
function showBehind(items: readonly ProxyRow[], now: number): string[][] {
  const rows = items.flatMap(({ name, behind }) =>
    behind.map(({ path, reason, message, since }) => [
      path,
      name,
      showAge(now - Date.parse(since)),
      reason === null ? 'on its way' : `${reason}: ${message ?? ''}`,
    ]),
  );
  return [['PATH', 'PROXY', 'AGE', 'NOTE'], ...rows];
}
