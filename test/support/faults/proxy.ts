/**
 * A proxy in front of one server that spoils chosen calls, each with exactly one fault. It listens on a port of its own,
 * reads a request whole, and passes on bytes; it knows nothing of what they mean.
 */
import { Agent, createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import { buffer } from 'node:stream/consumers';
import { setTimeout as delay } from 'node:timers/promises';
import { findFreePort } from '../servers/ports.ts';
import { type Answer, type Exchange, type Fault, spoil } from './fault.ts';

/** A call as it came to the proxy. */
export interface SeenCall {
  /** counts from 1 */
  readonly nth: number;
  readonly method: string;
  /** path and query */
  readonly url: string;
}

/** Which fault this call gets; null: none. Asked once for each call, in the order in which they come. */
export type Trouble = (call: SeenCall) => Fault | null;

/**
 * Told when a call came, when the server has answered it, and when the answer has gone to the client. It may hold the
 * call up, and drop one that came: then the server never sees it.
 */
export type Watcher = (moment: 'came' | 'answered' | 'delivered', call: SeenCall) => Promise<'drop' | void> | void;

export interface FaultProxy {
  /** in place of the server's own, without a slash at the end */
  readonly url: string;
  /** how many calls got which fault */
  readonly counts: ReadonlyMap<Fault | 'none', number>;
  /** every call so far, oldest first; a test may empty it */
  readonly calls: SeenCall[];
  /** From now on; null lets everything through. */
  trouble(trouble: Trouble | null): void;
  watch(watcher: Watcher | null): void;
  /** Nobody listens any more, until `open`. Calls at hand are cut off. */
  shut(): Promise<void>;
  open(): Promise<void>;
  close(): Promise<void>;
}

export interface FaultProxyOptions {
  /** how long `refused` lasts [20] */
  readonly awayMs?: number;
  /** how long a `slow` answer takes [60] */
  readonly slowMs?: number;
}

const SLOW_PIECES = 6;

/** @param target URL of the server, without a path */
export async function startFaultProxy(target: string, options: FaultProxyOptions = {}): Promise<FaultProxy> {
  const { awayMs = 20, slowMs = 60 } = options;
  const port = await findFreePort();
  const agent = new Agent({ keepAlive: false });
  const counts = new Map<Fault | 'none', number>();
  const calls: SeenCall[] = [];
  const opening = new Set<Promise<void>>();
  let isClosed = false;
  let trouble: Trouble | null = null;
  let watcher: Watcher | null = null;
  let server: Server | null = null;

  async function open(): Promise<void> {
    if (server || isClosed) return;
    const fresh = createServer((incoming, response) => {
      handle(incoming, response).catch(() => response.destroy());
    });
    server = fresh;
    await new Promise<void>((resolve, reject) => {
      fresh.once('error', reject);
      fresh.listen({ host: '127.0.0.1', port }, resolve);
    });
  }

  /** Stops listening; what is at hand goes on. */
  function stopListening(): Server | null {
    const stopped = server;
    server = null;
    stopped?.close();
    return stopped;
  }

  function goAway(): void {
    stopListening();
    const opened = delay(awayMs).then(open);
    opening.add(opened);
    void opened.finally(() => opening.delete(opened));
  }

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await buffer(incoming);
    const call = { nth: calls.length + 1, method: incoming.method ?? '', url: incoming.url ?? '' };
    calls.push(call);
    const fault = trouble?.(call) ?? null;
    counts.set(fault ?? 'none', (counts.get(fault ?? 'none') ?? 0) + 1);

    const exchange: Exchange = {
      forward: async () => {
        const answer = await forward(target, agent, incoming, body);
        await watcher?.('answered', call);
        return answer;
      },
      answer: (answer) => {
        writeHead(response, answer, answer.body.length);
        response.end(answer.body);
      },
      trickle: (answer) => trickle(response, answer, slowMs),
      breakOff: (answer) => {
        writeHead(response, answer, answer.body.length + 1);
        response.write(answer.body.subarray(0, answer.body.length / 2), () => response.destroy());
      },
      reset: () => incoming.socket.resetAndDestroy(),
      goAway,
    };
    if ((await watcher?.('came', call)) === 'drop') return exchange.reset();
    if (fault) await spoil(fault, exchange);
    else exchange.answer(await exchange.forward());
    await watcher?.('delivered', call);
  }

  await open();
  return {
    url: `http://127.0.0.1:${port}`,
    counts,
    calls,
    trouble: (next) => {
      trouble = next;
    },
    watch: (next) => {
      watcher = next;
    },
    shut: async () => {
      await Promise.all(opening);
      stopListening()?.closeAllConnections();
    },
    open,
    close: async () => {
      isClosed = true;
      await Promise.allSettled(opening);
      stopListening()?.closeAllConnections();
      agent.destroy();
    },
  };
}

/** The server's whole answer. */
function forward(target: string, agent: Agent, { method, url, headers }: IncomingMessage, body: Buffer) {
  return new Promise<Answer>((resolve, reject) => {
    const options = { method, headers: { ...headers, connection: 'close' }, agent };
    const outgoing = request(`${target}${url}`, options, (incoming) => {
      buffer(incoming).then(
        (bytes) => resolve({ status: incoming.statusCode ?? 0, headers: incoming.headers, body: bytes }),
        reject,
      );
    });
    outgoing.once('error', reject);
    outgoing.end(body);
  });
}

function writeHead(response: ServerResponse, { status, headers }: Answer, length: number): void {
  const { 'transfer-encoding': _, ...rest } = headers;
  response.writeHead(status, { ...rest, 'content-length': length, connection: 'close' });
}

async function trickle(response: ServerResponse, answer: Answer, slowMs: number): Promise<void> {
  writeHead(response, answer, answer.body.length);
  const size = Math.ceil(answer.body.length / SLOW_PIECES);
  for (let start = 0; start < answer.body.length; start += size) {
    await delay(slowMs / SLOW_PIECES);
    response.write(answer.body.subarray(start, start + size));
  }
  response.end();
}
