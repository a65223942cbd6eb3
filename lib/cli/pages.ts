/**
 * Lists of the API, read to their end.
 */
import type { ApiClient, Query } from './api-client.ts';

interface Page {
  readonly items: readonly unknown[];
  readonly next: string | null;
}

const PAGE = '500';

/** The first page, with the items of all. @throws CliError as `get` does */
export async function readAllPages<P extends Page>(
  api: ApiClient,
  path: string,
  query: Query,
  schema: Parameters<typeof api.get<P>>[2],
): Promise<P> {
  const first = await api.get(path, { ...query, limit: PAGE }, schema);
  const items = [...first.items];
  for (let { next } = first; next !== null; ) {
    const page = await api.get(path, { ...query, limit: PAGE, cursor: next }, schema);
    items.push(...page.items);
    next = page.next;
  }
  return { ...first, items, next: null };
}
