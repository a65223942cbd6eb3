/** What a client is made of, and what one call may say besides its path and body. */
import type { System } from '../errors.ts';
import type { Credentials } from './credentials.ts';
import type { Limits, Method } from './exchange.ts';
import type { Delay } from './wait.ts';

export interface HttpClientOptions {
  readonly system: System;
  /** https or http URL, or `unix:/path.sock`, `unix:/path.sock:/path/` */
  readonly baseUrl: string;
  /** asked before each request, so that a changed password or certificate works at once */
  readonly credentials: () => Credentials;
  /** PEM texts to trust besides Node's own, asked before each request [none] */
  readonly ca?: (() => readonly string[]) | undefined;
  /** such as `kpr/1.0.0` */
  readonly userAgent: string;
  /** how often a call is repeated when that is safe [3] */
  readonly maxRetries?: number | undefined;
  /** [10 s to connect, 60 s without a byte, 64 MiB] */
  readonly limits?: Partial<Limits> | undefined;
  /** takes a line for each request that went out, for level debug */
  readonly log?: ((message: string, fields: RequestFields) => void) | undefined;
  /** counts requests; `status` is null without an answer */
  readonly onRequest?: ((system: System, status: number | null) => void) | undefined;
  readonly delay?: Delay | undefined;
}

export interface RequestFields {
  readonly method: Method;
  /** redacted */
  readonly url: string;
  /** null without an answer */
  readonly status: number | null;
  readonly durationMs: number;
}

export interface CallOptions {
  /** in place of the client's own: those of a person on whose behalf this one call is made */
  readonly credentials?: Credentials | undefined;
  readonly query?: Readonly<Record<string, string | number | boolean>> | undefined;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** of a write: true if carrying it out twice does no more than once, so that it may be repeated [false] */
  readonly isIdempotent?: boolean | undefined;
  /** of a GET: follow one redirect, without credentials [false] */
  readonly followsRedirect?: boolean | undefined;
  /** longest time without a byte, for a call that the server is known to answer late */
  readonly idleMs?: number | undefined;
}
