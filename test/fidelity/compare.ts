/** Compares an answer with the recorded one, and the calls to Pulp with the recorded ones. */
import { COUNTERS, FOREIGN_VERSIONS, FREE_ID_OWNERS, FREE_LISTS, FREE_VALUES, UNORDERED_LISTS } from './allowed.ts';
import { isObject, type JsonObject, listAt, numberAt, objectAt, textAt } from './json.ts';

export interface Difference {
  /** where: `results.0.label` */
  readonly place: string;
  readonly what: string;
}

const FREE_KEYS = new Set(FREE_VALUES.flatMap(({ keys }) => keys));
const FREE_LIST_KEYS = new Set(FREE_LISTS.flatMap(({ keys }) => keys));
const UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const TIME = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d:\d\d/;

/** What to overlook in this one answer. */
export interface Leniency {
  /** counters that count rows which the answer does not show */
  readonly freeCounters: ReadonlySet<string>;
  /** versions are those of Foreman and its plugins */
  readonly hasForeignVersions: boolean;
  /** ids of the listed rows cannot be known in advance */
  readonly hasFreeIds: boolean;
}

export function compareBodies(path: string, recorded: unknown, given: unknown): Difference[] {
  return compareValues(recorded, given, [], leniencyFor(path, recorded));
}

/** A counter counts when it is the number of rows in the answer; otherwise rows are counted that nobody recorded. */
function leniencyFor(path: string, recorded: unknown): Leniency {
  const shown = listAt(recorded, 'results').length;
  const counters = COUNTERS.filter((key) => key !== 'per_page' && isObject(recorded) && recorded[key] !== shown);
  return {
    freeCounters: new Set(counters),
    hasForeignVersions: FOREIGN_VERSIONS.some((pattern) => pattern.test(path)),
    hasFreeIds: /\/(docker_\w+|permissions|current_user|plugins|settings)/.test(path),
  };
}

function compareValues(recorded: unknown, given: unknown, path: readonly string[], leniency: Leniency): Difference[] {
  if (Array.isArray(recorded) && Array.isArray(given)) return compareLists(recorded, given, path, leniency);
  if (isObject(recorded) && isObject(given)) return compareObjects(recorded, given, path, leniency);
  if (typeOf(recorded) !== typeOf(given)) return [at(path, `${show(recorded)} became ${show(given)}`)];
  if (isFree(recorded, path, leniency)) return [];
  return isSameLeaf(recorded, given) ? [] : [at(path, `${show(recorded)} became ${show(given)}`)];
}

function compareObjects(
  recorded: JsonObject,
  given: JsonObject,
  path: readonly string[],
  leniency: Leniency,
): Difference[] {
  const missing = Object.keys(recorded).filter((key) => !Object.hasOwn(given, key));
  const extra = Object.keys(given).filter((key) => !Object.hasOwn(recorded, key));
  return [
    ...missing.map((key) => at([...path, key], 'is missing')),
    ...extra.map((key) => at([...path, key], 'is too much')),
    ...Object.keys(recorded)
      .filter((key) => Object.hasOwn(given, key))
      .flatMap((key) => compareValues(recorded[key], given[key], [...path, key], leniency)),
  ];
}

function compareLists(
  recorded: readonly unknown[],
  given: readonly unknown[],
  path: readonly string[],
  leniency: Leniency,
): Difference[] {
  if (FREE_LIST_KEYS.has(path.at(-1) ?? '') || path.includes('pulp_tasks')) return [];
  if (recorded.length !== given.length) return [at(path, `${recorded.length} items became ${given.length}`)];
  const [want, have] = UNORDERED_LISTS.includes(path.at(-1) ?? '')
    ? [ordered(recorded), ordered(given)]
    : [recorded, given];
  return want.flatMap((item, index) => compareValues(item, have[index], [...path, String(index)], leniency));
}

/** By id, or by the name of what is inside. */
function ordered(items: readonly unknown[]): readonly unknown[] {
  const keyOf = (item: unknown): string => {
    const name = textAt(objectAt(item, 'content'), 'name');
    return name ?? String(numberAt(item, 'id')).padStart(9, '0');
  };
  return items.toSorted((a, b) => keyOf(a).localeCompare(keyOf(b)));
}

/** Null is a type of its own; a number is a number. */
function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'list' : typeof value;
}

function isFree(recorded: unknown, path: readonly string[], leniency: Leniency): boolean {
  const key = path.at(-1) ?? '';
  if (path.some((name) => FREE_KEYS.has(name))) return true;
  if (path.length === 1 && leniency.freeCounters.has(key)) return true;
  if (key === 'version' && leniency.hasForeignVersions) return true;
  if (key === 'progress') return recorded !== 0 && recorded !== 1;
  if (key === 'id' && typeof recorded === 'string' && /^\d+$/.test(recorded)) return true;
  const isId = typeof recorded === 'number' && (key === 'id' || key.endsWith('_id'));
  if (!isId) return false;
  if (FREE_ID_OWNERS.some((owner) => path.includes(owner))) return true;
  return leniency.hasFreeIds && !path.includes('repositories') && !path.includes('product');
}

function isSameLeaf(recorded: unknown, given: unknown): boolean {
  if (typeof recorded !== 'string' || typeof given !== 'string') return recorded === given;
  if (TIME.test(recorded)) return shapeOfTime(recorded) === shapeOfTime(given);
  return beginning(recorded) === beginning(given);
}

/** Digits do not count, their places do; fractions may be of any length. */
function shapeOfTime(text: string): string {
  return text.replace(/\.\d+/, '.0').replace(/\d/g, '0');
}

/** A text up to its first sentence or line, ids left out. */
function beginning(text: string): string {
  const masked = text.replace(UUID, '<id>').replace(/ \[WHERE .*$/s, '');
  return (/^[^\n]*?(?:[.!?](?=\s|$)|\n|$)/.exec(masked)?.[0] ?? masked).trim();
}

function at(path: readonly string[], what: string): Difference {
  return { place: path.join('.') || 'body', what };
}

function show(value: unknown): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 117)}…` : text;
}
