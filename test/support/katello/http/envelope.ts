/** Collections: paging, order and search as Katello's own controllers and as Foreman's do it. */
import { compileSearch, SearchError, type SearchFields } from '../rules/search.ts';
import type { Traits } from '../traits.ts';
import { foremanFailure, katelloFailure } from './failure.ts';
import { type Call, flagParam, textParam } from './request.ts';

export interface Sorting<Row> {
  /** by default; null where the answer shows none */
  readonly by: string | null;
  readonly order: string | null;
  readonly fields: Readonly<Record<string, (row: Row) => string | number | null>>;
  /** breaks ties: highest first */
  readonly id: (row: Row) => number;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  readonly envelope: Readonly<Record<string, unknown>>;
}

interface Collection<Row> {
  readonly call: Call;
  readonly rows: readonly Row[];
  readonly search: SearchFields<Row>;
  /** how a search is read where fields of one row are not enough */
  readonly compile?: (search: string) => (row: Row) => boolean;
  readonly sorting: Sorting<Row>;
  /** rows of the whole table, which `per_page=all` counts */
  readonly tableSize?: number;
}

const DEFAULT_PER_PAGE = 20;

/** A page of Katello's own collections: a bad search is an answer, not an error. */
export function katelloPage<Row>(collection: Collection<Row>, traits: Traits): Page<Row> {
  const { call, rows, sorting } = collection;
  const search = textParam(call, 'search');
  const [by, order] = sortOf(call, sorting);
  const shown = { search, sort: { by, order } };

  try {
    const total = rows.length;
    const matching = sorted(searched(collection, search), by, order, sorting);
    if (textParam(call, 'per_page') === 'all' && flagParam(call, 'full_result') !== true) {
      return allPage(collection, total, matching.length, shown, traits);
    }
    const { page, perPage } = flagParam(call, 'full_result') ? { page: 1, perPage: total } : paging(call);
    return {
      rows: perPage === 0 ? [] : matching.slice((page - 1) * perPage, page * perPage),
      envelope: {
        total,
        subtotal: matching.length,
        selectable: matching.length,
        page,
        per_page: perPage,
        error: null,
        ...shown,
      },
    };
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
    return {
      rows: [],
      envelope: { total: 0, subtotal: 0, selectable: 0, page: null, per_page: null, error: error.message, ...shown },
    };
  }
}

/** `per_page=all` was never meant for Katello's collections: an error first, later a page without rows. */
function allPage<Row>(
  { tableSize, rows }: Collection<Row>,
  total: number,
  subtotal: number,
  shown: Record<string, unknown>,
  traits: Traits,
): Page<Row> {
  if (!traits.acceptsPerPageAll) throw katelloFailure(500, 'wrong number of arguments (given 1, expected 0)');
  const perPage = tableSize ?? rows.length;
  return {
    rows: [],
    envelope: { total, subtotal, selectable: subtotal, page: 1, per_page: perPage, error: null, ...shown },
  };
}

/** A page of Foreman's collections. @throws Failure 400 for a bad search */
export function foremanPage<Row>(collection: Collection<Row>): Page<Row> {
  const { call, rows, sorting } = collection;
  const search = textParam(call, 'search');
  const [by, order] = sortOf(call, sorting);

  try {
    const matching = sorted(searched(collection, search), by, order, sorting);
    const isAll = textParam(call, 'per_page') === 'all';
    const { page, perPage } = isAll ? { page: 1, perPage: matching.length } : paging(call);
    return {
      rows: matching.slice((page - 1) * perPage, page * perPage),
      envelope: {
        total: rows.length,
        subtotal: matching.length,
        page,
        per_page: perPage,
        search,
        sort: { by, order },
      },
    };
  } catch (error) {
    if (!(error instanceof SearchError)) throw error;
    throw foremanFailure(400, error.message, { class: 'ScopedSearch::QueryNotSupported' });
  }
}

function searched<Row>({ rows, search: fields, compile }: Collection<Row>, search: string | null): readonly Row[] {
  if (search === null || search.trim() === '') return rows;
  return rows.filter(compile?.(search) ?? compileSearch(search, fields));
}

function sortOf<Row>(call: Call, sorting: Sorting<Row>): [string | null, string | null] {
  const [by, order] = textParam(call, 'order')?.split(' ') ?? [];
  return [by ?? textParam(call, 'sort_by') ?? sorting.by, order ?? textParam(call, 'sort_order') ?? sorting.order];
}

function sorted<Row>(rows: readonly Row[], by: string | null, order: string | null, sorting: Sorting<Row>): Row[] {
  if (by !== null && !Object.hasOwn(sorting.fields, by)) {
    throw new SearchError(`the field '${by}' in the order statement is not valid field for search`);
  }
  const key = by === null ? undefined : sorting.fields[by];
  const direction = order?.toLowerCase() === 'desc' ? -1 : 1;
  return rows.toSorted((a, b) => {
    const difference = key === undefined ? 0 : direction * compare(key(a), key(b));
    return difference === 0 ? sorting.id(b) - sorting.id(a) : difference;
  });
}

/** By code unit, as a database with the C collation does. */
function compare(a: string | number | null, b: string | number | null): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

function paging(call: Call): { page: number; perPage: number } {
  const number = (name: string, fallback: number): number => {
    const value = Number.parseInt(textParam(call, name) ?? '', 10);
    return Number.isSafeInteger(value) && value > 0 ? value : fallback;
  };
  return { page: number('page', 1), perPage: number('per_page', DEFAULT_PER_PAGE) };
}
