/**
 * Pulp for the replay. Where Katello's calls were recorded it plays those answers back, each once; everything else it
 * answers from what it knows: repositories, versions with their content, distributions and tasks, made or learnt.
 */
import { randomUUID } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import { listen, shut } from '../support/listening.ts';
import { isObject, listAt, textAt } from './json.ts';
import { createPulpMemory, type PulpAnswer, type PulpMemory } from './pulp-memory.ts';
import type { PulpCall } from './recording.ts';

/** A call that came, as far as calls are compared. */
export interface ObservedCall {
  readonly method: string;
  /** path and query, sorted */
  readonly target: string;
  readonly body: unknown;
  readonly status: number;
  /** id of the request that started it */
  readonly correlationId: string;
}

export interface PulpDouble {
  readonly url: string;
  readonly memory: PulpMemory;
  /** Puts a recorded sequence in; what it tells is remembered as well. */
  play(calls: readonly PulpCall[]): void;
  /** Has another Pulp answer in its place; null: itself again. */
  replaceBy(other: ((method: string, target: string) => PulpAnswer) | null): void;
  /** All calls so far. */
  readonly observed: readonly ObservedCall[];
  /** Refuses connections, or accepts them again. */
  setReachable(isReachable: boolean): Promise<void>;
  close(): Promise<void>;
}

interface TapeEntry {
  readonly call: PulpCall;
  isPlayed: boolean;
}

export async function startPulpDouble(): Promise<PulpDouble> {
  const memory = createPulpMemory(() => randomUUID());
  let tape: TapeEntry[] = [];
  const observed: ObservedCall[] = [];
  let stranger: ((method: string, target: string) => PulpAnswer) | null = null;

  /** An answer waits for those that were recorded before it, for a short while: what came first then comes first now. */
  async function inTurn(entry: TapeEntry): Promise<void> {
    const before = tape.slice(0, tape.indexOf(entry));
    for (let turn = 0; turn < 10 && before.some(({ isPlayed }) => !isPlayed); turn++) {
      await new Promise((resolve) => {
        setTimeout(resolve, 3);
      });
    }
  }

  async function answer(method: string, target: string, body: unknown): Promise<PulpAnswer> {
    const matching = tape.filter(({ call }) => call.method === method && normalizeTarget(call.path) === target);
    const entry = matching.find(({ isPlayed, call }) => !isPlayed && isSameBody(call.body, body)) ?? matching.at(-1);
    if (entry === undefined || (method !== 'GET' && entry.isPlayed)) return memory.answer(method, target, body);
    if (!entry.isPlayed) await inTurn(entry);
    entry.isPlayed = true;
    return { status: entry.call.status, body: entry.call.response === '…' ? {} : entry.call.response };
  }

  async function handle(request: IncomingMessage): Promise<PulpAnswer> {
    const body = await readJson(request);
    const method = request.method ?? 'GET';
    const target = normalizeTarget(request.url ?? '/');
    const correlationId = String(request.headers['correlation-id'] ?? '');
    const reply = stranger?.(method, target) ?? (await answer(method, target, body));
    observed.push({ method, target, body, status: reply.status, correlationId });
    return reply;
  }

  const server = createServer((request, response) => {
    handle(request).then(
      ({ status, body }) => {
        response.writeHead(status, { 'content-type': 'application/json' });
        return response.end(JSON.stringify(body));
      },
      () => response.destroy(),
    );
  });
  const port = await listen(server);

  return {
    url: `http://127.0.0.1:${port}`,
    memory,
    observed,
    play(calls) {
      tape = calls.map((call) => ({ call, isPlayed: false }));
      for (const call of calls) memory.learn(call);
    },
    replaceBy(other) {
      stranger = other;
    },
    async setReachable(isReachable) {
      if (isReachable && !server.listening) await listen(server, port);
      else if (!isReachable && server.listening) await shut(server);
    },
    close: () => (server.listening ? shut(server) : Promise.resolve()),
  };
}

/** Path and sorted query, decoded alike whoever sent it. */
export function normalizeTarget(path: string): string {
  const url = new URL(path, 'http://pulp');
  url.searchParams.sort();
  const query = url.searchParams.toString();
  return query === '' ? url.pathname : `${url.pathname}?${query}`;
}

/** Names that Katello draws at random do not tell calls apart, tags and units do. */
function isSameBody(recorded: unknown, sent: unknown): boolean {
  if (!isObject(recorded)) return true;
  return (
    textAt(recorded, 'tag') === textAt(sent, 'tag') &&
    JSON.stringify(listAt(recorded, 'content_units')) === JSON.stringify(listAt(sent, 'content_units'))
  );
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
  const text = Buffer.concat(chunks).toString('utf8');
  return text === '' ? null : JSON.parse(text);
}
