/** The client of one remote system: JSON in, values of a schema out, every failure one of lib/errors.ts. */
import pRetry from 'p-retry';
import type { ZodType } from 'zod';
import type { System } from '../errors.ts';
import { type Asked, isAbsent, readAnswer } from './answer.ts';
import { type Call, createAttempt } from './attempt.ts';
import { parseBaseUrl } from './base-url.ts';
import type { Answer, Method } from './exchange.ts';
import type { CallOptions, HttpClientOptions } from './options.ts';
import { mayRepeat, pauseMs } from './retry.ts';
import { delay as ordinaryDelay } from './wait.ts';

/**
 * Paths are absolute from the root of the host, whatever the base URL's path; a `?` in one begins no query. Bodies are
 * JSON. An answer without a body is `undefined` to the schema. No cookie is kept. An abort rejects with its reason.
 *
 * @throws E_TRANSPORT and E_HTTP_STATUS, after the client's own repeats; E_AUTH; E_RESPONSE_SHAPE
 */
export interface HttpClient {
  readonly system: System;
  /** path of the base URL; begins and ends with `/` */
  readonly basePath: string;
  get<T>(path: string, schema: ZodType<T>, options?: CallOptions): Promise<T>;
  /** Null when the system itself says 404; the HTML 404 of a web server in front of it is a failure. */
  find<T>(path: string, schema: ZodType<T>, options?: CallOptions): Promise<T | null>;
  /** Status and headers, whatever the status is. @throws E_TRANSPORT only, when no answer came */
  head(path: string, options?: CallOptions): Promise<Pick<Answer, 'status' | 'headers'>>;
  /** Status and headers of the answer to a POST, whatever it is. @throws E_TRANSPORT only, when no answer came */
  deliver(path: string, body: unknown, options?: CallOptions): Promise<Pick<Answer, 'status' | 'headers'>>;
  post<T>(path: string, body: unknown, schema: ZodType<T>, options?: CallOptions): Promise<T>;
  put<T>(path: string, body: unknown, schema: ZodType<T>, options?: CallOptions): Promise<T>;
  patch<T>(path: string, body: unknown, schema: ZodType<T>, options?: CallOptions): Promise<T>;
  delete<T>(path: string, schema: ZodType<T>, options?: CallOptions): Promise<T>;
}

/**
 * Opens nothing yet.
 *
 * @throws E_CONFIG when the base URL is none
 */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { system, maxRetries = 3, delay = ordinaryDelay } = options;
  const base = parseBaseUrl(options.baseUrl);
  const attempt = createAttempt(base, options);

  async function send<T>(call: Call, read: (asked: Asked, answer: Answer) => T): Promise<T> {
    const { signal, isIdempotent = call.method === 'GET' } = call.options;
    const once = async () => {
      const { asked, answer } = await attempt(call);
      return read(asked, answer);
    };
    return pRetry(once, {
      retries: maxRetries,
      minTimeout: 0, // the pause is below, where the server has a say in it
      ...(signal && { signal }),
      shouldRetry: async ({ error, attemptNumber }) => {
        if (!mayRepeat(error, isIdempotent)) return false;
        await delay(pauseMs(error, attemptNumber), signal);
        return true;
      },
    });
  }

  function request<T>(
    method: Method,
    path: string,
    body: unknown,
    schema: ZodType<T>,
    called?: CallOptions,
  ): Promise<T> {
    return send({ method, path, body, options: called ?? {} }, (asked, answer) =>
      readAnswer(asked, answer, schema, Date.now()),
    );
  }

  return {
    system,
    basePath: base.path,
    get: (path, schema, called) => request('GET', path, undefined, schema, called),
    find: (path, schema, called = {}) =>
      send({ method: 'GET', path, body: undefined, options: called }, (asked, answer) =>
        isAbsent(answer) ? null : readAnswer(asked, answer, schema, Date.now()),
      ),
    head: (path, called = {}) =>
      send(
        { method: 'HEAD', path, body: undefined, options: { isIdempotent: true, ...called } },
        (_, answer) => answer,
      ),
    deliver: (path, body, called = {}) => send({ method: 'POST', path, body, options: called }, (_, answer) => answer),
    post: (path, body, schema, called) => request('POST', path, body, schema, called),
    put: (path, body, schema, called) => request('PUT', path, body, schema, called),
    patch: (path, body, schema, called) => request('PATCH', path, body, schema, called),
    delete: (path, schema, called) => request('DELETE', path, undefined, schema, called),
  };
}
