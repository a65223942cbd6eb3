/** Lists of Pulp's REST API: page by page, and by ids. */
import { z } from 'zod';
import type { HttpClient } from '../http/client.ts';
import { readUuid } from './href.ts';

export type Row = z.ZodObject;
export type Query = Readonly<Record<string, string>>;

const PAGE_SIZE = 1000;
/** gunicorn refuses request lines over 4094 bytes; 80 encoded uuids are 3120 of them. */
const IDS_PER_CALL = 80;

/**
 * Rows in the order that the query asks for, one page in memory at a time, only the fields of the schema. Counts offsets
 * itself: Pulp's `next` names a host that may be out of reach. Rows that vanish meanwhile may hide others behind a page.
 *
 * @throws E_HTTP_STATUS 400 for a filter that this Pulp does not know
 */
export async function* listPages<S extends Row>(
  http: HttpClient,
  path: string,
  row: S,
  query: Query,
  signal?: AbortSignal,
  pageSize: number = PAGE_SIZE,
): AsyncGenerator<z.output<S>> {
  const page = z.object({ results: z.array(row) });
  for (let offset = 0; ; offset += pageSize) {
    const { results } = await http.get(path, page, {
      query: { ...query, fields: fieldsOf(row), limit: pageSize, offset },
      signal,
    });
    yield* results;
    if (results.length < pageSize) return;
  }
}

/** All rows of `listPages` at once. */
export async function readAll<T>(rows: AsyncGenerator<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const row of rows) all.push(row);
  return all;
}

/** Those of these uuids that exist, in any order; as many calls as their number asks for, none for none. */
export async function readByIds<S extends Row>(
  http: HttpClient,
  path: string,
  row: S,
  uuids: readonly string[],
  signal?: AbortSignal,
): Promise<z.output<S>[]> {
  const found: z.output<S>[] = [];
  for (let start = 0; start < uuids.length; start += IDS_PER_CALL) {
    const query = { pulp_id__in: uuids.slice(start, start + IDS_PER_CALL).join(',') };
    found.push(...(await readAll(listPages(http, path, row, query, signal))));
  }
  return found;
}

/** As `readByIds`, by hrefs; an object whose type changed meanwhile comes with another href. @throws E_INVARIANT too */
export async function readByHrefs<S extends Row>(
  http: HttpClient,
  path: string,
  row: S,
  hrefs: readonly string[],
  signal?: AbortSignal,
): Promise<z.output<S>[]> {
  return readByIds(http, path, row, hrefs.map(readUuid), signal);
}

/** Value of Pulp's `fields` parameter. */
export function fieldsOf(row: Row): string {
  return Object.keys(row.shape).join(',');
}
