/** The little HTTP that the in-memory Pulp needs: one call in, one answer out, and a table of routes. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import type { z } from 'zod';

export interface Call {
  readonly method: string;
  /** decoded, without query */
  readonly path: string;
  readonly query: URLSearchParams;
  /** path and query as sent */
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
  /** the request's own Correlation-ID if it is a UUID, else a new one; tasks keep it */
  readonly correlationId: string;
  /** the groups of the route's pattern */
  readonly params: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  /** sent as JSON, unless it is a Buffer */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Ends a call with a failing answer from anywhere below. */
export class Refusal extends Error {
  readonly answer: Answer;

  constructor(status: number, body: unknown, headers: Record<string, string> = {}) {
    super(`refused with ${status}`);
    this.answer = { status, body, headers };
  }
}

export type Handler = (call: Call) => Answer | Promise<Answer>;

/** A pattern with named groups, and a handler for each method it knows. */
export interface Route {
  readonly pattern: RegExp;
  readonly methods: Readonly<Record<string, Handler>>;
}

/** Answers with the first route that fits; HEAD falls back to GET. */
export async function dispatchCall(routes: readonly Route[], call: Call): Promise<Answer> {
  for (const { pattern, methods } of routes) {
    const match = pattern.exec(call.path);
    if (!match) continue;
    const handler = methods[call.method] ?? (call.method === 'HEAD' ? methods['GET'] : undefined);
    if (!handler) return { status: 405, body: { detail: `Method "${call.method}" not allowed.` } };
    return handler({ ...call, params: match.groups ?? {} });
  }
  return htmlPage(404, 'Not Found');
}

/** What Pulp sends where nothing of its own answers: a page of HTML. */
export function htmlPage(status: number, title: string): Answer {
  const page = `<!doctype html>\n<html lang="en"><head><title>${title}</title></head><body><h1>${title}</h1></body></html>\n`;
  return { status, body: Buffer.from(page), headers: { 'content-type': 'text/html; charset=utf-8' } };
}

/** The JSON body, in Pulp's words refused where it does not fit: unexpected, missing and wrong fields, broken JSON. */
export function readBody<T>(call: Call, schema: z.ZodType<T>): T {
  const { data, error } = schema.safeParse(parseJson(call.body));
  if (!error) return data;
  const problems: Record<string, string[]> = {};
  for (const issue of error.issues) {
    if (issue.code === 'unrecognized_keys') for (const key of issue.keys) problems[key] = ['Unexpected field'];
    else problems[issue.path.join('.')] = [issue.input === undefined ? 'This field is required.' : issue.message];
  }
  throw new Refusal(400, problems);
}

function parseJson(body: Buffer): unknown {
  if (body.length === 0) return {};
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    const where = 'Expecting property name enclosed in double quotes: line 1 column 2 (char 1)';
    throw new Refusal(400, { detail: `JSON parse error - ${where}` });
  }
}

/** Reads the whole request. */
export async function readCall(request: IncomingMessage): Promise<Call> {
  const url = new URL(request.url ?? '/', 'http://pulp.test');
  return {
    method: request.method ?? 'GET',
    path: decodeURIComponent(url.pathname),
    query: url.searchParams,
    url: request.url ?? '/',
    headers: request.headers,
    body: await buffer(request),
    correlationId: correlationIdOf(request),
    params: {},
  };
}

export function sendAnswer(response: ServerResponse, answer: Answer, call: Call): void {
  const body = toBytes(answer.body);
  const type = Buffer.isBuffer(answer.body) || answer.body === undefined ? {} : { 'content-type': 'application/json' };
  response.writeHead(answer.status, {
    ...type,
    'content-length': body.length,
    'correlation-id': call.correlationId,
    ...answer.headers,
  });
  response.end(call.method === 'HEAD' ? undefined : body);
}

const UUID = /^[0-9a-f]{8}(-?[0-9a-f]{4}){3}-?[0-9a-f]{12}$/i;

function correlationIdOf({ headers }: IncomingMessage): string {
  const given = headers['correlation-id'];
  return typeof given === 'string' && UUID.test(given) ? given : randomUUID().replaceAll('-', '');
}

function toBytes(body: unknown): Buffer {
  if (body === undefined) return Buffer.alloc(0);
  return Buffer.isBuffer(body) ? body : Buffer.from(JSON.stringify(body));
}
