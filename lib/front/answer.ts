/** Answers that clients show: the errors body of the OCI distribution specification. Pure. */
import { describeReason, isReason } from '../domain/reason.ts';
import {
  AuthError,
  HttpStatusError,
  RefusedError,
  ResponseShapeError,
  type System,
  TransportError,
} from '../errors.ts';

/** The request itself cannot be answered. */
export class RequestError extends Error {
  readonly status: 400 | 405;

  constructor(status: 400 | 405, message: string) {
    super(message);
    this.name = 'RequestError';
    this.status = status;
  }
}

export interface ErrorsBody {
  readonly errors: readonly { readonly code: string; readonly message: string; readonly detail: object }[];
}

export interface Answer {
  readonly status: number;
  readonly body: ErrorsBody;
}

/** Refusals that are about the login; all others are about what is asked. */
const ABOUT_LOGIN: ReadonlySet<string> = new Set(['bad-credentials', 'too-many-failures']);

export function errorsBody(code: string, message: string, detail: object = {}): ErrorsBody {
  return { errors: [{ code, message, detail }] };
}

/**
 * 401 for every refusal: of all answers, it is the one whose message most clients print (podman, skopeo and buildah hide
 * that of a 403; docker repeats a 400 and a 500 for 50 s). Whatever is no refusal is no grant either: 503.
 */
export function toAnswer(error: unknown): Answer {
  if (error instanceof RefusedError) {
    const code = ABOUT_LOGIN.has(error.reason) ? 'UNAUTHORIZED' : 'DENIED';
    return { status: 401, body: errorsBody(code, textOf(error), { reason: error.reason }) };
  }
  if (error instanceof RequestError) return { status: error.status, body: errorsBody('UNSUPPORTED', error.message) };
  return { status: 503, body: errorsBody('UNAVAILABLE', outageOf(error)) };
}

/** Message and hint in one line; the hint says what to do. */
function textOf({ reason, message, details }: RefusedError): string {
  if (!isReason(reason)) return message;
  const text = describeReason(reason, details);
  return text.hint === null ? text.message : `${text.message} (${text.hint})`;
}

function outageOf(error: unknown): string {
  if (error instanceof AuthError) return `${error.failure.system} refuses kpr's account (tell the admin)`;
  const system = systemOf(error);
  return system === null ? 'kpr cannot decide now (try again later)' : `${system} does not answer (try again later)`;
}

function systemOf(error: unknown): System | null {
  if (error instanceof TransportError || error instanceof ResponseShapeError) return error.system;
  return error instanceof HttpStatusError ? error.failure.system : null;
}
