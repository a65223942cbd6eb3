/**
 * Why no answer came, as the `cause` of a `TransportError`. It takes the place of got's own errors, which carry the whole
 * request with its credentials, so it holds nothing of what was sent.
 */
import { RequestError, TimeoutError } from 'got';
import { cleanText } from './redact.ts';

const TEXT_LIMIT = 300;
/** Failures of connecting: nothing was sent. ENOENT is a unix socket that is not there. */
const CONNECT_CODES = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'ENOENT']);
const CONNECT_PHASES = new Set(['lookup', 'connect', 'secureConnect']);

export class NoAnswer extends Error {
  /** such as `ECONNREFUSED`, `ETIMEDOUT`, `CERT_HAS_EXPIRED` */
  readonly code: string;
  /** false when the request certainly did not reach the server */
  readonly mayHaveArrived: boolean;

  constructor(code: string, message: string, mayHaveArrived: boolean) {
    super(cleanText(message, TEXT_LIMIT));
    this.name = new.target.name;
    this.code = code;
    this.mayHaveArrived = mayHaveArrived;
  }
}

/** Takes code and message from what got threw, and leaves the rest behind. */
export function toNoAnswer(error: unknown): NoAnswer {
  if (error instanceof TimeoutError) return new NoAnswer(error.code, error.message, !CONNECT_PHASES.has(error.event));
  if (error instanceof RequestError) return new NoAnswer(error.code, error.message, !CONNECT_CODES.has(error.code));
  return new NoAnswer('UNKNOWN', error instanceof Error ? error.message : 'no reason given', true);
}
