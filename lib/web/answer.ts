/**
 * Failures as the HTTP interface shows them: `{"error":{"code","reason","message","hint"}}`.
 */
import { describeReason, isReason } from '../domain/reason.ts';
import { type ErrorCode, ReactorError, RefusedError } from '../errors.ts';

export interface Problem {
  readonly code: ErrorCode | 'E_USAGE' | 'E_NOT_FOUND';
  /** a code of domain/reason.ts, or one of usage, not-found */
  readonly reason: string | null;
  readonly message: string;
  readonly hint: string | null;
}

const REQUEST_PROBLEMS = {
  400: { code: 'E_USAGE', reason: 'usage' },
  403: { code: 'E_REFUSED', reason: 'permission-missing' },
  404: { code: 'E_NOT_FOUND', reason: 'not-found' },
} as const;

/** A request that cannot be answered; thrown by handlers, seen by the caller. */
export class RequestError extends Error {
  readonly status: keyof typeof REQUEST_PROBLEMS;
  readonly problem: Problem;

  constructor(status: RequestError['status'], message: string, hint: string | null = null) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
    this.problem = { ...REQUEST_PROBLEMS[status], message, hint };
  }
}

/** Status and body for anything that a handler throws. Of an unknown error the caller learns nothing. */
export function toAnswer(error: unknown): { status: number; body: { error: Problem } } {
  if (error instanceof RequestError) return { status: error.status, body: { error: error.problem } };
  if (error instanceof RefusedError) {
    const texts = isReason(error.reason)
      ? describeReason(error.reason, error.details)
      : { message: error.message, hint: null };
    const status = error.reason === 'bad-name' ? 400 : 409;
    return { status, body: { error: { code: error.code, reason: error.reason, ...texts } } };
  }
  if (error instanceof ReactorError) return { status: statusOf(error), body: { error: problemOf(error) } };

  const status = statusOfFramework(error);
  if (status < 500 && error instanceof Error) {
    return { status, body: { error: { code: 'E_USAGE', reason: 'usage', message: error.message, hint: null } } };
  }
  const message = 'this is a bug of kpr, its log says more';
  return { status: 500, body: { error: { code: 'E_INVARIANT', reason: null, message, hint: null } } };
}

function problemOf({ code, message }: ReactorError): Problem {
  return { code, reason: null, message, hint: null };
}

function statusOf({ disposition }: ReactorError): number {
  return disposition === 'give-up' || disposition === 'replan' ? 500 : 503;
}

/** Fastify's own refusals: body too large, no JSON, unknown media type. */
function statusOfFramework(error: unknown): number {
  const status = typeof error === 'object' && error !== null && 'statusCode' in error ? Number(error.statusCode) : 500;
  return status >= 400 && status < 600 ? status : 500;
}
