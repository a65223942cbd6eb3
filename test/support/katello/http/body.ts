/** The body of a request: only JSON is read; a broken one is answered before anybody asks who is there. */
import type { IncomingMessage } from 'node:http';
import { Failure } from './failure.ts';
import type { Scope } from './routes.ts';

const BODY_LIMIT = 10 * 1024 * 1024;

/** A body that cannot be read. */
export class BodyError extends Error {
  toFailure(scope: Scope): Failure {
    return new Failure(413, scope === 'katello' ? 'katello' : 'foreman', this.message);
  }
}

/** @throws BodyError when it is too large */
export async function readBody(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new BodyError('Request entity too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

/**
 * Keys of the JSON object; arrays and other values have none. Broken JSON is an error of the middleware for Foreman's
 * controllers, and one that Katello's controllers give themselves.
 */
export function bodyOf(request: IncomingMessage, text: string, scope: Scope): Record<string, unknown> | Failure {
  const isJson = (request.headers['content-type'] ?? '').split(';')[0]?.trim() === 'application/json';
  if (!isJson || text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};
  } catch (error) {
    const problem = describe(text, error);
    if (scope === 'katello') return new Failure(500, 'katello', problem);
    throw new Failure(400, 'rack', `There was a problem in the JSON you submitted: ${problem}`);
  }
}

function describe(text: string, error: unknown): string {
  const position = Number(/at position (\d+)/.exec(String(error))?.[1] ?? text.length);
  const before = text.slice(0, position);
  const line = before.split('\n').length;
  const column = position - (before.lastIndexOf('\n') + 1) + 1;
  const isEnd = position >= text.trimEnd().length;
  return isEnd
    ? `unexpected end of input at line ${line} column ${text.length - (before.lastIndexOf('\n') + 1) + 1}`
    : `unexpected character: '${text.charAt(position)}' at line ${line} column ${column}`;
}
