/**
 * Log lines: one JSON object each, static lower-case message, values as fields, no secret in any of them.
 */
import winston from 'winston';
import { isAbort, ReactorError } from './errors.ts';
import { escapeJson } from './hidden.ts';

export type Fields = Readonly<Record<string, unknown>>;
export type LogLevel = 'error' | 'warn' | 'info' | 'debug';

/** error: a person must act; warn: handled, watch; info: a run changed something; debug: the rest. */
export interface Logger {
  error(message: string, fields?: Fields): void;
  warn(message: string, fields?: Fields): void;
  info(message: string, fields?: Fields): void;
  debug(message: string, fields?: Fields): void;
  /** A logger whose lines also carry these fields. */
  child(fields: Fields): Logger;
}

/** The one of a process. */
export interface RootLogger extends Logger {
  /** From now on, for its children too. */
  setLevel(level: LogLevel): void;
}

export interface LogOptions {
  readonly level: LogLevel;
  readonly stream?: NodeJS.WritableStream;
  /** values that must never be written, wherever they turn up; asked at each line, since secrets change */
  readonly secrets?: () => readonly string[];
}

const MASK = '***';
const SECRET_NAME = /password|passwd|secret|authorization|cookie|credential|token/i;
/** a shorter one would be found in ordinary words */
const SHORTEST_SECRET = 4;
const LONGEST_TEXT = 4000;
const LONGEST_LIST = 100;
const DEEPEST = 5;

/** Writes to stdout if no stream is given. */
export function createLogger({ level, stream = process.stdout, secrets = () => [] }: LogOptions): RootLogger {
  const sink = winston.createLogger({
    level,
    levels: { error: 0, warn: 1, info: 2, debug: 3 },
    format: winston.format.printf(({ level: name, message, time, ...fields }) =>
      escapeJson(JSON.stringify({ time, level: name, message, ...fields })),
    ),
    transports: [new winston.transports.Stream({ stream })],
  });

  const withContext = (context: Fields): Logger => {
    const write = (name: LogLevel, message: string, fields?: Fields) => {
      if (!sink.isLevelEnabled(name)) return;
      const clean = redactFields({ ...context, ...fields }, secrets());
      sink.log({ ...clean, level: name, message, time: new Date().toISOString() });
    };
    return {
      error: (message, fields) => write('error', message, fields),
      warn: (message, fields) => write('warn', message, fields),
      info: (message, fields) => write('info', message, fields),
      debug: (message, fields) => write('debug', message, fields),
      child: (fields) => withContext({ ...context, ...fields }),
    };
  };
  return {
    ...withContext({}),
    setLevel: (name) => {
      sink.level = name;
    },
  };
}

/** The fields that tell a failure: code, disposition, and the message with its causes; never a body. */
export function errorFields(error: unknown): Fields {
  const known = error instanceof ReactorError ? { errorCode: error.code, disposition: error.disposition } : {};
  return { ...known, error: describeError(error) };
}

/** The message and those of its causes, on one line. */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const text = isAbort(error) ? 'stopped' : error.message || error.name;
  return error.cause === undefined ? text : `${text} <- ${describeError(error.cause)}`;
}

/** The same fields without secrets, cut to a size that no hostile value can exceed. */
export function redactFields(fields: Fields, secrets: readonly string[]): Record<string, unknown> {
  return redactObject(fields, secrets, 0);
}

function redactObject(fields: object, secrets: readonly string[], depth: number): Record<string, unknown> {
  const entries = Object.entries(fields).slice(0, LONGEST_LIST);
  return Object.fromEntries(
    entries.map(([name, value]) => [name, SECRET_NAME.test(name) ? MASK : redact(value, secrets, depth)]),
  );
}

function redact(value: unknown, secrets: readonly string[], depth: number): unknown {
  if (typeof value === 'string') return redactText(value, secrets);
  if (typeof value === 'bigint' || typeof value === 'symbol' || typeof value === 'function') return String(value);
  if (typeof value !== 'object' || value === null) return value;
  if (value instanceof Date) return value.toISOString();
  if (value instanceof URL) return redactText(value.href, secrets);
  if (value instanceof Error) return redactText(describeError(value), secrets);
  if (depth >= DEEPEST) return '…';
  if (Array.isArray(value)) return value.slice(0, LONGEST_LIST).map((item) => redact(item, secrets, depth + 1));
  return redactObject(value, secrets, depth + 1);
}

function redactText(text: string, secrets: readonly string[]): string {
  const clean = secrets
    .filter((secret) => secret.length >= SHORTEST_SECRET)
    .reduce((rest, secret) => rest.replaceAll(secret, MASK), text)
    .replace(/\/\/[^\s/@]*@/g, `//${MASK}@`) // user and password in a URL
    .replace(/\b(Basic|Bearer) [\w.~+/=-]+/gi, `$1 ${MASK}`);
  return clean.length > LONGEST_TEXT ? `${clean.slice(0, LONGEST_TEXT)}…` : clean;
}
