/**
 * One HTTP request as the doctor sends it: the path exactly as given, no redirect followed, nothing repeated.
 */
import { readFile } from 'node:fs/promises';
import { type IncomingHttpHeaders, request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { rootCertificates } from 'node:tls';

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  /** up to 64 KiB of it */
  readonly body: string;
}

export interface Question {
  /** [GET] */
  readonly method?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @throws Error of node without an answer in ten seconds */
export type Ask = (path: string, question?: Question) => Promise<Answer>;

const ANSWER_MS = 10_000;
const LONGEST_BODY = 65_536;

/** @param caFile authorities to trust besides Node's own */
export function createAsk(origin: URL, caFile: string | null, signal: AbortSignal): Ask {
  return async (path, { method = 'GET', headers = {} } = {}) => {
    const ca = caFile === null ? {} : { ca: [...rootCertificates, await readFile(caFile, 'utf8')] };
    const send = origin.protocol === 'https:' ? requestHttps : requestHttp;
    return new Promise((resolve, reject) => {
      const options = { method, path, headers, agent: false, signal, timeout: ANSWER_MS, ...ca };
      const sent = send(origin, options, (answer) => {
        let body = '';
        const end = () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, body });
        answer.setEncoding('utf8').on('data', (chunk: string) => {
          body = (body + chunk).slice(0, LONGEST_BODY);
        });
        answer.on('end', end).on('error', reject);
      });
      sent.on('timeout', () => sent.destroy(new Error(`no answer in ${ANSWER_MS / 1000} s`)));
      sent.on('error', reject).end();
    });
  };
}
