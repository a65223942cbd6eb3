/** Talks to the stand-in: as a client would, and through its control port. */
import { request as httpRequest } from 'node:http';
import { z } from 'zod';
import type { World } from '../support/katello/state/rows.ts';
import { waitFor } from '../support/servers/wait.ts';

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  /** loopback address to come from */
  readonly from: string;
}

export interface WireAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: unknown;
}

export interface Driver {
  send(request: WireRequest): Promise<WireAnswer>;
  readWorld(): Promise<World>;
  writeWorld(world: World): Promise<void>;
  control(name: string, body?: unknown): Promise<void>;
  /** Waits until no task is under way, but for those with that label, which have to be held. @throws in the end */
  settle(except: string | null): Promise<void>;
  /** Waits until so many tasks exist. */
  waitForTasks(count: number): Promise<void>;
  /** Waits until a task with that label runs. */
  waitForRunning(label: string): Promise<void>;
}

const PATIENCE_MS = 10_000;

export function createDriver(url: string, controlUrl: string): Driver {
  async function readWorld(): Promise<World> {
    const answer = await ask(controlUrl, { method: 'GET', path: '/world', headers: {}, body: null, from: '127.0.0.1' });
    return z.custom<World>((value) => typeof value === 'object' && value !== null).parse(answer.body);
  }

  async function poll(what: string, isDone: (tasks: readonly BriefTask[]) => boolean): Promise<void> {
    const request = { method: 'GET', path: '/tasks', headers: {}, body: null, from: '127.0.0.1' };
    const look = async (): Promise<boolean> => isDone(BriefTasks.parse((await ask(controlUrl, request)).body));
    await waitFor(what, look, { timeoutMs: PATIENCE_MS, gapMs: 3 });
  }

  async function control(name: string, body: unknown = {}): Promise<void> {
    const [method = 'POST', path = ''] = name.split(' ');
    const headers = { 'content-type': 'application/json' };
    const answer = await ask(controlUrl, { method, path, headers, body: JSON.stringify(body), from: '127.0.0.1' });
    if (answer.status !== 200) throw new Error(`control ${name}: ${JSON.stringify(answer.body)}`);
  }

  return {
    send: (request) => ask(url, request),
    readWorld,
    writeWorld: (world) => control('PUT /world', world),
    control,
    settle: (except) =>
      poll('the end of all tasks', (tasks) =>
        tasks.every(
          ({ label, state, isOwn, isParked }) =>
            !isOwn || (label === except && isParked) || state === 'stopped' || state === 'paused',
        ),
      ),
    waitForTasks: (count) => poll('the planning of tasks', (tasks) => tasks.length >= count),
    waitForRunning: (label) =>
      poll(`a running ${label}`, (tasks) =>
        tasks.some((task) => task.isOwn && task.label === label && task.state === 'running'),
      ),
  };
}

/** `isOwn` is false for a task that the replay put in: nobody runs it, so it never ends. */
const BriefTask = z.object({
  id: z.string(),
  label: z.string(),
  state: z.string(),
  isOwn: z.boolean(),
  isParked: z.boolean(),
});
type BriefTask = z.infer<typeof BriefTask>;
const BriefTasks = z.array(BriefTask);

function ask(base: string, { method, path, headers, body, from }: WireRequest): Promise<WireAnswer> {
  const { hostname, port } = new URL(base);
  return new Promise((resolve, reject) => {
    const request = httpRequest(
      { hostname, port, path, method, headers, localAddress: from, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const text = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body: parse(text) });
        });
        response.on('error', reject);
      },
    );
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
