/** Reading whole lists. */
import { z } from 'zod';
import { HttpStatusError } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import { cleanText } from '../http/redact.ts';

export interface List<T> {
  readonly results: T[];
  /** rows in scope, whatever the search */
  readonly total: number;
}

const DETAIL_LIMIT = 300;

/**
 * One answer of a list. Rows are checked by the schema only: a parameter that this Katello does not know is ignored, so
 * callers look at the rows' own fields.
 *
 * @throws E_HTTP_STATUS 400 for a bad search. Katello's controllers answer it 200 with `error` set, Foreman's 400; callers
 *   see one failure for both, and it is a failure of what was asked, not of the answer's shape (Katello 4.14 to 5.0)
 */
export async function readList<S extends z.ZodType>(
  http: HttpClient,
  path: string,
  row: S,
  query: Readonly<Record<string, string | number | boolean>>,
  signal?: AbortSignal,
): Promise<List<z.output<S>>> {
  const envelope = z.object({ results: z.array(row), total: z.number(), error: z.string().nullable().optional() });
  const { results, total, error } = await http.get(path, envelope, { query, signal });
  if (typeof error === 'string') {
    const detail = cleanText(error, DETAIL_LIMIT);
    throw new HttpStatusError({
      system: 'katello',
      method: 'GET',
      url: path,
      status: 400,
      detail,
      retryAfterSeconds: null,
    });
  }
  return { results, total };
}
