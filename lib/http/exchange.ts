/** One request and its answer by got, sole caller of it. Knows no policy: no retry, no redirect, no schema. */
import type { IncomingHttpHeaders } from 'node:http';
import { got } from 'got';
import { type System, TransportError } from '../errors.ts';
import type { Agents } from './connections.ts';
import { toNoAnswer } from './no-answer.ts';
import { redactUrl } from './redact.ts';

export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Outgoing {
  readonly system: System;
  readonly method: Method;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | undefined;
  readonly agents: Agents;
  readonly limits: Limits;
  readonly signal: AbortSignal | undefined;
}

export interface Limits {
  /** for looking up the name, for connecting, and for the TLS handshake, each */
  readonly connectMs: number;
  /** without any byte, before the answer and within it */
  readonly idleMs: number;
  /** of a decompressed body */
  readonly bodyBytes: number;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** true if the body went on beyond the limit */
  readonly isCut: boolean;
}

/** @throws E_TRANSPORT with a `NoAnswer` as cause; the signal's reason once it is aborted */
export async function exchange(outgoing: Outgoing): Promise<Answer> {
  const { system, method, url, headers, body, agents, limits, signal } = outgoing;
  signal?.throwIfAborted();
  const stream = got.stream(url, {
    method,
    headers,
    body,
    agent: { http: agents.http, https: agents.https },
    signal,
    followRedirect: false,
    throwHttpErrors: false,
    retry: { limit: 0 },
    timeout: {
      // a socket is never looked up, and got would wait for that until the answer
      ...(!agents.isSocket && { lookup: limits.connectMs }),
      connect: limits.connectMs,
      secureConnect: limits.connectMs,
      socket: limits.idleMs,
    },
  });
  try {
    const text = await readText(stream, limits.bodyBytes);
    return { status: stream.response?.statusCode ?? 0, headers: stream.response?.headers ?? {}, ...text };
  } catch (error) {
    signal?.throwIfAborted();
    const noAnswer = toNoAnswer(error);
    throw new TransportError(
      system,
      `no answer from ${system} to ${method} ${redactUrl(url)}: ${noAnswer.code}, ${noAnswer.message}`,
      { cause: noAnswer },
    );
  } finally {
    // got listens to the signal until then: an abort after the answer would be an error that nobody catches
    stream.destroy();
  }
}

async function readText(
  stream: AsyncIterable<Uint8Array>,
  limitBytes: number,
): Promise<{ body: string; isCut: boolean }> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of stream) {
    sizeBytes += chunk.length;
    // leaving the loop destroys the stream, and with it the connection
    if (sizeBytes > limitBytes) return { body: '', isCut: true };
    chunks.push(chunk);
  }
  return { body: Buffer.concat(chunks).toString('utf8'), isCut: false };
}
