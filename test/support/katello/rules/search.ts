/**
 * The search language of Foreman and Katello (scoped_search), the part that clients of a push use: comparisons, lists,
 * `null?`, `set?`, `has`, `and`, `or`, `not`, parentheses, and words without a field.
 */

/** How a field answers: every value a row has under that name. */
export interface SearchField<Row> {
  readonly values: (row: Row) => readonly (string | number | boolean | null)[];
  /** words without a field do not look here */
  readonly isExplicitOnly?: boolean;
}

export type SearchFields<Row> = Readonly<Record<string, SearchField<Row>>>;

/** A search that cannot be carried out; the message is the server's text. */
export class SearchError extends Error {}

/** @throws SearchError for an unknown field or a broken expression */
export function compileSearch<Row>(search: string, fields: SearchFields<Row>): (row: Row) => boolean {
  const tokens = tokenize(search);
  const parser = new Parser(tokens, fields);
  return parser.parse();
}

type Token =
  | { readonly kind: 'word'; readonly text: string; readonly isQuoted: boolean }
  | { readonly kind: 'operator'; readonly text: string }
  | { readonly kind: '(' | ')' | ',' | 'and' | 'or' | 'not' };

const OPERATORS = ['!=', '<>', '!~', '!^', '<=', '>=', '=', '~', '^', '<', '>'];
const KEYWORDS: Readonly<Record<string, 'and' | 'or' | 'not'>> = { and: 'and', or: 'or', not: 'not' };

function tokenize(search: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < search.length) {
    const rest = search.slice(at);
    const character = search.charAt(at);
    const operator = OPERATORS.find((text) => rest.startsWith(text));
    if (/\s/.test(character)) at += 1;
    else if (operator !== undefined) {
      tokens.push({ kind: 'operator', text: operator });
      at += operator.length;
    } else if (character === '(' || character === ')' || character === ',') {
      tokens.push({ kind: character });
      at += 1;
    } else if (character === '&' || character === '|') {
      tokens.push({ kind: character === '&' ? 'and' : 'or' });
      at += rest.startsWith(character + character) ? 2 : 1;
    } else if (character === '-' || character === '!') {
      tokens.push({ kind: 'not' });
      at += 1;
    } else if (character === '"') at = readQuoted(search, at + 1, tokens);
    else at = readWord(search, at, tokens);
  }
  return tokens;
}

/** An open quote ends at the end of the text. */
function readQuoted(search: string, start: number, tokens: Token[]): number {
  let text = '';
  let at = start;
  while (at < search.length && search.charAt(at) !== '"') {
    if (search.charAt(at) === '\\') at += 1;
    text += search.charAt(at);
    at += 1;
  }
  tokens.push({ kind: 'word', text, isQuoted: true });
  return at + 1;
}

function readWord(search: string, start: number, tokens: Token[]): number {
  const text = /^[^\s&|(),=~<>^"!]+!?/.exec(search.slice(start))?.[0] ?? search.charAt(start);
  const word = text.endsWith('!') ? text.slice(0, -1) : text;
  const keyword = KEYWORDS[word.toLowerCase()];
  tokens.push(keyword === undefined ? { kind: 'word', text: word, isQuoted: false } : { kind: keyword });
  return start + Math.max(word.length, 1);
}

type Matcher<Row> = (row: Row) => boolean;

class Parser<Row> {
  readonly #tokens: readonly Token[];
  readonly #fields: SearchFields<Row>;
  #at = 0;

  constructor(tokens: readonly Token[], fields: SearchFields<Row>) {
    this.#tokens = tokens;
    this.#fields = fields;
  }

  parse(): Matcher<Row> {
    if (this.#tokens.length === 0) return () => true;
    const matcher = this.#or();
    if (this.#peek() !== undefined) throw new SearchError("Can't parse search");
    return matcher;
  }

  #or(): Matcher<Row> {
    const branches = [this.#and()];
    while (this.#accept('or')) branches.push(this.#and());
    return (row) => branches.some((branch) => branch(row));
  }

  #and(): Matcher<Row> {
    const branches: Matcher<Row>[] = [];
    for (;;) {
      while (this.#accept('and') || this.#accept(','));
      const next = this.#peek();
      if (next === undefined || next.kind === ')' || next.kind === 'or') break;
      branches.push(this.#not());
    }
    return (row) => branches.every((branch) => branch(row));
  }

  #not(): Matcher<Row> {
    if (!this.#accept('not')) return this.#atom();
    const inner = this.#not();
    return (row) => !inner(row);
  }

  #atom(): Matcher<Row> {
    if (this.#accept('(')) {
      const inner = this.#or();
      this.#accept(')');
      return inner;
    }
    const token = this.#next();
    if (token?.kind === 'operator') return anyText(this.#fields, token.text, this.#value());
    if (token?.kind !== 'word') throw new SearchError("Can't parse search");
    if (!token.isQuoted && /^(null\?|set\?|has)$/i.test(token.text)) return this.#presence(token.text.toLowerCase());

    const operator = this.#peek();
    if (operator?.kind !== 'operator') return anyText(this.#fields, '~', token.text);
    this.#at += 1;
    const field = this.#field(token.text);
    if (operator.text === '^' || operator.text === '!^') return listed(field, this.#list(), operator.text === '^');
    return compared(field, operator.text, this.#value());
  }

  #presence(word: string): Matcher<Row> {
    const field = this.#field(this.#value());
    const isNull: Matcher<Row> = (row) => field.values(row).every((value) => value === null);
    return word === 'null?' ? isNull : (row) => !isNull(row);
  }

  #list(): string[] {
    if (!this.#accept('(')) return [this.#value()];
    const values: string[] = [];
    while (this.#peek() !== undefined && !this.#accept(')')) if (!this.#accept(',')) values.push(this.#value());
    return values;
  }

  #value(): string {
    const token = this.#next();
    if (token?.kind === 'word') return token.text;
    if (token?.kind === 'and' || token?.kind === 'or' || token?.kind === 'not') return token.kind;
    throw new SearchError('Value expected');
  }

  #field(name: string): SearchField<Row> {
    const field = Object.hasOwn(this.#fields, name) ? this.#fields[name] : undefined;
    if (field === undefined) throw new SearchError(`Field '${name}' not recognized for searching!`);
    return field;
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #next(): Token | undefined {
    const token = this.#tokens[this.#at];
    this.#at += 1;
    return token;
  }

  #accept(kind: Token['kind']): boolean {
    if (this.#peek()?.kind !== kind) return false;
    this.#at += 1;
    return true;
  }
}

function anyText<Row>(fields: SearchFields<Row>, operator: string, value: string): Matcher<Row> {
  const matchers = Object.values(fields)
    .filter((field) => field.isExplicitOnly !== true)
    .map((field) => compared(field, operator, value));
  return (row) => matchers.some((matcher) => matcher(row));
}

function listed<Row>(field: SearchField<Row>, values: readonly string[], isWanted: boolean): Matcher<Row> {
  return (row) => field.values(row).some((value) => values.includes(String(value))) === isWanted;
}

function compared<Row>(field: SearchField<Row>, operator: string, value: string): Matcher<Row> {
  const test = testOf(operator, value);
  return (row) => field.values(row).some((candidate) => candidate !== null && test(candidate));
}

function testOf(operator: string, value: string): (candidate: string | number | boolean) => boolean {
  const pattern = likePattern(value);
  switch (operator) {
    case '=':
      return (candidate) => String(candidate) === value;
    case '!=':
    case '<>':
      return (candidate) => String(candidate) !== value;
    case '~':
      return (candidate) => pattern.test(String(candidate));
    case '!~':
      return (candidate) => !pattern.test(String(candidate));
    default:
      return (candidate) => isOrdered(candidate, operator, value);
  }
}

function isOrdered(candidate: string | number | boolean, operator: string, value: string): boolean {
  const isNumber = typeof candidate === 'number' && /^-?\d+$/.test(value);
  const difference = isNumber ? candidate - Number(value) : String(candidate).localeCompare(value);
  if (operator === '<') return difference < 0;
  if (operator === '>') return difference > 0;
  return operator === '<=' ? difference <= 0 : difference >= 0;
}

/** `~` is ILIKE: with `*` or `%` the pattern is the whole text, otherwise it may stand anywhere. */
function likePattern(value: string): RegExp {
  const isPattern = /[*%]/.test(value);
  const body = value.replace(/[.+?^${}()|[\]\\]/g, String.raw`\$&`).replace(/[*%]/g, '.*');
  return new RegExp(isPattern ? `^${body}$` : body, 'is');
}
