/** Pulp's lists: envelope, paging, `fields`, `ordering`, and filters of which an unknown one is an error. */
import { type Answer, type Call, Refusal } from './http.ts';
import type { Json } from './render.ts';

/** Turns a parameter's value into a test. @throws Refusal for a value that Pulp refuses */
export type Filter<Row> = (value: string) => (row: Row) => boolean;
export type Filters<Row> = Readonly<Record<string, Filter<Row>>>;

export interface Listing<Row> {
  rows(): Iterable<Row>;
  render(row: Row): Json;
  readonly filters: Filters<Row>;
  /** columns that `ordering` takes, by their wire names */
  readonly orderings: readonly string[];
}

const PAGE_SIZE = 100;
const PAGING: readonly string[] = ['limit', 'offset', 'ordering', 'fields', 'exclude_fields'];

/** Answers a list call. The order of Pulp is newest first unless asked otherwise. */
export function answerList<Row>(call: Call, listing: Listing<Row>): Answer {
  const tests: ((row: Row) => boolean)[] = [];
  for (const name of new Set(call.query.keys())) {
    if (PAGING.includes(name)) continue;
    const filter = listing.filters[name];
    if (!filter) throw new Refusal(400, { errors: [`Invalid Filter: '${name}'`] });
    // of a repeated parameter the last value counts, but media types are alternatives
    const values = name === 'media_type' ? call.query.getAll(name) : call.query.getAll(name).slice(-1);
    const alternatives = values.map(filter);
    tests.push((row) => alternatives.some((test) => test(row)));
  }
  const rows = [...listing.rows()].filter((row) => tests.every((test) => test(row)));
  const sorted = sortRows(
    rows.map((row) => listing.render(row)),
    readOrdering(call, listing.orderings),
  );
  const offset = readCount(call, 'offset', 0);
  const limit = readCount(call, 'limit', PAGE_SIZE) || PAGE_SIZE;
  return {
    status: 200,
    body: {
      count: sorted.length,
      next: offset + limit < sorted.length ? pageUrl(call, offset + limit) : null,
      previous: offset > 0 ? pageUrl(call, Math.max(0, offset - limit)) : null,
      results: sorted.slice(offset, offset + limit).map((row) => thin(call, row)),
    },
  };
}

/** Answers one object, thinned by `fields`. */
export function answerOne(call: Call, row: Json): Answer {
  return { status: 200, body: thin(call, row) };
}

/** Filters of a text column: exact, `__in`, and those of `lookups`. */
export function textFilters<Row>(
  name: string,
  read: (row: Row) => string,
  lookups: readonly string[] = [],
): Filters<Row> {
  const all: Filters<Row> = {
    [name]: (value) => (row) => read(row) === value,
    [`${name}__in`]: (value) => (row) => value.split(',').includes(read(row)),
    [`${name}__ne`]: (value) => (row) => read(row) !== value,
    [`${name}__contains`]: (value) => (row) => read(row).includes(value),
    [`${name}__icontains`]: (value) => (row) => read(row).toLowerCase().includes(value.toLowerCase()),
    [`${name}__startswith`]: (value) => (row) => read(row).startsWith(value),
    [`${name}__regex`]: (value) => (row) => new RegExp(value).test(read(row)),
  };
  const known = [name, `${name}__in`, ...lookups.map((lookup) => `${name}__${lookup}`)];
  return Object.fromEntries(Object.entries(all).filter(([key]) => known.includes(key)));
}

/** Filters of a time column. Rows without a time never fit. */
export function timeFilters<Row>(name: string, read: (row: Row) => string | null): Filters<Row> {
  const compare = (parameter: string, test: (difference: number) => boolean): Filters<Row> => ({
    [parameter]: (value) => {
      const wanted = readMicros(value);
      if (wanted === null) throw new Refusal(400, { [parameter]: ['Enter a valid date/time.'] });
      return (row) => {
        const time = readMicros(read(row) ?? '');
        return time !== null && test(time - wanted);
      };
    },
  });
  return {
    ...compare(name, (difference) => difference === 0),
    ...compare(`${name}__gte`, (difference) => difference >= 0),
    ...compare(`${name}__gt`, (difference) => difference > 0),
    ...compare(`${name}__lte`, (difference) => difference <= 0),
    ...compare(`${name}__lt`, (difference) => difference < 0),
  };
}

/** Filters by identity: hrefs and uuids. */
export function identityFilters<Row>(readId: (row: Row) => string, readHref: (row: Row) => string): Filters<Row> {
  return {
    pulp_id__in: (value) => {
      const ids = value.split(',');
      if (ids.some((id) => !/^[0-9a-f-]{36}$/.test(id)))
        throw new Refusal(400, { pulp_id__in: ['Enter a valid UUID.'] });
      return (row) => ids.includes(readId(row));
    },
    // an href is looked up by its id: it may show the type that the object had before
    pulp_href__in: (value) => {
      const ids = value.split(',').map((href) => href.split('/').at(-2));
      return (row) => ids.includes(readHref(row).split('/').at(-2));
    },
  };
}

/** Filter `pulp_label_select`: `key`, `key=value`, `key!=value`, `!key`, comma for "and". */
export function labelFilter<Row>(read: (row: Row) => Readonly<Record<string, string>>): Filters<Row> {
  const one = (term: string) => (labels: Readonly<Record<string, string>>) => {
    const match = /^(!?)([^!=~]+)(?:(!?=|~)(.*))?$/.exec(term);
    if (!match) throw new Refusal(400, [`The search term in '${term}' is not valid`]);
    const [, negation, key = '', operator, value = ''] = match;
    if (negation === '!') return !(key in labels);
    if (operator === '=') return labels[key] === value;
    if (operator === '!=') return key in labels && labels[key] !== value;
    if (operator === '~') return labels[key]?.includes(value) ?? false;
    return key in labels;
  };
  return { pulp_label_select: (value) => (row) => value.split(',').every((term) => one(term)(read(row))) };
}

function readOrdering(call: Call, known: readonly string[]): readonly string[] {
  const asked = (call.query.get('ordering') ?? '').split(',').filter((term) => term !== '');
  for (const term of asked) {
    if (![...known, 'pk'].includes(term.replace('-', '')))
      throw new Refusal(400, { ordering: [`Select a valid choice. ${term} is not one of the available choices.`] });
  }
  return [...asked, '-pulp_created'];
}

function sortRows(rows: Json[], ordering: readonly string[]): Json[] {
  return rows.toSorted((left, right) => {
    for (const term of ordering) {
      const column = term.replace('-', '');
      const difference = compareValues(readColumn(left, column), readColumn(right, column));
      if (difference !== 0) return term.startsWith('-') ? -difference : difference;
    }
    return 0;
  });
}

/** `pk` is the uuid, which hrefs of any type end with. */
function readColumn(row: Json, column: string): unknown {
  return column === 'pk' ? String(row['pulp_href']).split('/').at(-2) : row[column];
}

function compareValues(left: unknown, right: unknown): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  return String(left) < String(right) ? -1 : Number(String(left) > String(right));
}

function readCount(call: Call, name: string, otherwise: number): number {
  const value = Number(call.query.get(name) ?? otherwise);
  return Number.isInteger(value) && value >= 0 ? value : otherwise;
}

function thin(call: Call, row: Json): Json {
  const named = (parameter: string) => call.query.getAll(parameter).flatMap((value) => value.split(','));
  const [fields, excluded] = [named('fields'), named('exclude_fields')];
  const isWanted = (key: string) => fields.length === 0 || fields.includes(key);
  const entries = Object.entries(row).filter(([key]) => isWanted(key) && !excluded.includes(key));
  return Object.fromEntries(entries);
}

function pageUrl(call: Call, offset: number): string {
  const query = new URLSearchParams(call.query);
  query.set('offset', String(offset));
  return `http://${call.headers.host}${call.path}?${query.toString()}`;
}

function readMicros(value: string): number | null {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:\d\d)?$/.exec(value);
  if (!match) return null;
  return Date.parse(`${match[1]}${match[3] ?? 'Z'}`) * 1000 + Number((match[2] ?? '0').padEnd(6, '0'));
}
