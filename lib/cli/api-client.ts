/**
 * Asks a daemon: the one on this machine by its socket, or one elsewhere by its URL.
 */
import { readFileSync } from 'node:fs';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';
import { z } from 'zod';
import type { ClientConfig } from '../config.ts';
import { CliError, EXIT, type ExitCode } from './exit.ts';

export interface ApiClient {
  /** @throws CliError when the daemon is silent or says no */
  get<T>(path: string, query: Query, schema: z.ZodType<T>): Promise<T>;
  /** @throws CliError when the daemon is silent or says no */
  post<T>(path: string, body: object, schema: z.ZodType<T>): Promise<T>;
}

/** A list is given once for each of its values. */
export type Query = Readonly<Record<string, string | readonly string[] | undefined>>;

const Refusal = z.object({
  error: z.object({
    code: z.string(),
    reason: z.string().nullable(),
    message: z.string(),
    hint: z.string().nullable(),
  }),
});

const ANSWER_MS = 60_000;
/** What a web server says for a daemon that does not answer, and the daemon for those behind it. */
const SILENT = [502, 503, 504];

export function createApiClient(config: ClientConfig, signal: AbortSignal): ApiClient {
  const call = async <T>(method: string, path: string, body: object | null, schema: z.ZodType<T>): Promise<T> => {
    const { status, text } = await exchange(config, method, `/api/v1/${path}`, body, signal);
    if (status >= 400) throw toRefusal(status, text);
    const { data, error } = schema.safeParse(parseJson(text));
    if (error) throw new CliError(EXIT.failed, 'answer', 'the daemon answers in an unknown form', 'kpr version');
    return data;
  };
  return {
    get: (path, query, schema) => {
      const given = new URLSearchParams();
      for (const [name, values = []] of Object.entries(query)) {
        for (const value of [values].flat()) given.append(name, value);
      }
      return call('GET', given.size > 0 ? `${path}?${given.toString()}` : path, null, schema);
    },
    post: (path, body, schema) => call('POST', path, body, schema),
  };
}

interface Answer {
  readonly status: number;
  readonly text: string;
}

function exchange(
  config: ClientConfig,
  method: string,
  path: string,
  body: object | null,
  signal: AbortSignal,
): Promise<Answer> {
  const socketPath = join(config.stateDir, 'api.sock');
  const sent = body === null ? null : JSON.stringify(body);
  const options = {
    method,
    signal,
    timeout: ANSWER_MS,
    ...trustOf(config),
    headers: { ...credentialsOf(config), ...(sent === null ? {} : { 'content-type': 'application/json' }) },
  };
  return new Promise((resolve, reject) => {
    const send = config.url?.protocol === 'https:' ? requestHttps : requestHttp;
    const target = config.url ? new URL(path, config.url) : new URL(path, 'http://localhost');
    const request = send(target, config.url ? options : { ...options, socketPath }, (answer) => {
      const whole = answer.toArray().then((chunks) => ({ status: answer.statusCode ?? 0, text: chunks.join('') }));
      resolve(whole);
    });
    request.on('timeout', () => request.destroy(new Error('no answer')));
    request.on('error', (error) => reject(signal.aborted ? error : toSilence(config, socketPath, error)));
    request.end(sent);
  });
}

/** @throws CliError usage when KPR_CA_FILE cannot be read */
function trustOf({ url, caFile }: ClientConfig): { ca?: string[] } {
  if (url?.protocol !== 'https:' || caFile === null) return {};
  try {
    return { ca: [...rootCertificates, readFileSync(caFile, 'utf8')] };
  } catch (error) {
    throw new CliError(
      EXIT.usage,
      'configuration',
      `KPR_CA_FILE: ${error instanceof Error ? error.message : String(error)}`,
    );
  }
}

function credentialsOf({ login, password }: ClientConfig): Record<string, string> {
  if (login === null || password === null) return {};
  return { authorization: `Basic ${Buffer.from(`${login}:${password.reveal()}`).toString('base64')}` };
}

function toSilence({ url }: ClientConfig, socketPath: string, error: Error): CliError {
  const code = 'code' in error ? error.code : null;
  if (code === 'EACCES') {
    return new CliError(EXIT.refused, 'permission', `you may not use ${socketPath}`, 'run it as kpr or root');
  }
  const place = url?.href ?? socketPath;
  const hint = url ? null : 'systemctl status kpr';
  return new CliError(EXIT.silent, 'daemon-down', `no daemon answers on ${place}: ${error.message}`, hint);
}

function toRefusal(status: number, text: string): CliError {
  const { data } = Refusal.safeParse(parseJson(text));
  const { reason, code, message, hint } = data?.error ?? {
    reason: null,
    code: 'http',
    message: `status ${status}`,
    hint: null,
  };
  return new CliError(exitCodeOf(status), reason ?? code, message, hint);
}

function exitCodeOf(status: number): ExitCode {
  if (status === 404) return EXIT.notFound;
  if (status === 400 || status === 413) return EXIT.usage;
  if (status < 500) return EXIT.refused;
  return SILENT.includes(status) ? EXIT.silent : EXIT.failed;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
