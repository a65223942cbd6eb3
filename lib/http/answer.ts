/** What an answer means: a value of its schema, or one of the failures of lib/errors.ts. Pure. */
import { STATUS_CODES } from 'node:http';
import type { ZodType } from 'zod';
import {
  AuthError,
  type HttpFailure,
  HttpStatusError,
  ResponseShapeError,
  type System,
  TransportError,
} from '../errors.ts';
import { detailOf } from './detail.ts';
import type { Answer, Method } from './exchange.ts';
import { cleanText, redactUrl } from './redact.ts';

/** Long enough for Katello's lock conflicts, whose text ends with the URLs of the tasks in the way. */
const DETAIL_LIMIT = 2000;
const ERROR_BODY_LIMIT = 64 * 1024;
const MAX_ISSUES = 10;
const ISSUE_LIMIT = 200;

/** What was asked, for the texts of failures. */
export interface Asked {
  readonly system: System;
  readonly method: Method;
  readonly url: URL;
  /** what must not appear in any text */
  readonly secrets: readonly string[];
}

/**
 * The value in a successful answer; `undefined` for one without a body.
 *
 * @throws E_AUTH for 401 and 403, E_HTTP_STATUS for every other status that is no success
 * @throws E_TRANSPORT for a body of another type, and for JSON that ends too early: the systems send JSON and all of it, so
 *   something on the way answered in their place or cut the answer, and a repeat may well succeed
 * @throws E_RESPONSE_SHAPE for a body that is too long, or not as the schema says
 */
export function readAnswer<T>(asked: Asked, answer: Answer, schema: ZodType<T>, nowMs: number): T {
  if (answer.status < 200 || answer.status > 299) throw toFailure(asked, answer, nowMs);
  if (answer.isCut) throw shapeError(asked, ['the body is too long']);

  const result = schema.safeParse(readBody(asked, answer));
  if (result.success) return result.data;
  throw shapeError(
    asked,
    result.error.issues.map((issue) => `${issue.path.join('.') || 'body'}: ${issue.message}`),
  );
}

/** True for a 404 of the system itself; a web server in front of it answers HTML. */
export function isAbsent(answer: Answer): boolean {
  return answer.status === 404 && isJson(answer);
}

function readBody(asked: Asked, answer: Answer): unknown {
  if (answer.body === '' && answer.headers['content-type'] === undefined) return undefined;
  if (!isJson(answer)) throw spoiled(asked, `content type ${answer.headers['content-type'] ?? 'not given'}`);
  try {
    return JSON.parse(answer.body);
  } catch {
    throw spoiled(asked, 'broken JSON');
  }
}

function toFailure(asked: Asked, answer: Answer, nowMs: number): AuthError | HttpStatusError {
  const { status } = answer;
  const failure: HttpFailure = {
    system: asked.system,
    method: asked.method,
    url: redactUrl(asked.url),
    status,
    detail: cleanText(errorDetail(answer), DETAIL_LIMIT, asked.secrets) || (STATUS_CODES[status] ?? ''),
    retryAfterSeconds: readRetryAfter(answer.headers['retry-after'], nowMs),
  };
  return status === 401 || status === 403 ? new AuthError(failure) : new HttpStatusError(failure);
}

/** Empty for an HTML page of a web server in between, and for a body that is too long to be a message. */
function errorDetail(answer: Answer): string {
  if (!isJson(answer) || answer.body.length > ERROR_BODY_LIMIT) return '';
  try {
    return detailOf(JSON.parse(answer.body));
  } catch {
    return '';
  }
}

/** Seconds from now, from a number of seconds or a date; null when absent or unreadable. */
function readRetryAfter(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  const seconds = /^\d{1,9}$/u.test(header) ? Number(header) : (Date.parse(header) - nowMs) / 1000;
  return Number.isNaN(seconds) ? null : Math.max(0, Math.ceil(seconds));
}

function isJson(answer: Answer): boolean {
  const type = answer.headers['content-type']?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  return type === 'application/json' || type.endsWith('+json');
}

function spoiled({ system, method, url, secrets }: Asked, what: string): TransportError {
  const shown = cleanText(what, ISSUE_LIMIT, secrets);
  return new TransportError(system, `no answer of ${system}'s own to ${method} ${redactUrl(url)}: ${shown}`);
}

function shapeError(asked: Asked, issues: readonly string[]): ResponseShapeError {
  return new ResponseShapeError(
    asked.system,
    `unusable answer of ${asked.system} to ${asked.method} ${redactUrl(asked.url)}`,
    issues.slice(0, MAX_ISSUES).map((issue) => cleanText(issue, ISSUE_LIMIT, asked.secrets)),
  );
}
