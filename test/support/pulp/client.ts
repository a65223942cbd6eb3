/** A plain client for tests: what was asked, what came back, nothing made easier than it is. */
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { Distribution, Repository, RepositoryVersion, Task } from '../../../lib/pulp/schema.ts';

export interface PulpServer {
  readonly url: string;
  readonly login: string;
  readonly password: string;
}

export interface Reply {
  readonly status: number;
  readonly headers: Headers;
  /** parsed JSON; the text where it is none; null for no body */
  readonly body: unknown;
}

export interface Sending {
  /** sent as JSON, bytes as they are */
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
  /** false: without login */
  readonly isKnown?: boolean;
}

export interface PulpClient extends PulpServer {
  /** Path below the API root, from the host's root where it begins with a slash, or a URL. Follows no redirects. */
  send(method: string, path: string, sending?: Sending): Promise<Reply>;
  get(path: string, sending?: Sending): Promise<Reply>;
  post(path: string, body: unknown, headers?: Readonly<Record<string, string>>): Promise<Reply>;
  /** Results of the first page, which has to hold all. */
  list<T>(path: string, schema: z.ZodType<T>): Promise<T[]>;
  /** The task of a 202 answer, once it is final. */
  finish(accepted: Reply): Promise<Task>;
  waitForTask(href: string): Promise<Task>;
  /** Repository of this name, of any container type, or null. */
  findRepository(name: string): Promise<Repository | null>;
  findDistribution(basePath: string): Promise<Distribution | null>;
  readVersion(href: string): Promise<RepositoryVersion>;
  /** A container repository made through REST, as Katello does. */
  createRepository(name: string): Promise<Repository>;
  /** Task that made this version. */
  findTaskOf(versionHref: string): Promise<Task>;
}

const API = '/pulp/api/v3/';
const FINAL: readonly string[] = ['completed', 'failed', 'canceled', 'skipped'];
const Accepted = z.object({ task: z.string() });

export function createPulpClient(server: PulpServer): PulpClient {
  const authorization = `Basic ${Buffer.from(`${server.login}:${server.password}`).toString('base64')}`;

  const send: PulpClient['send'] = async (method, path, { body, headers = {}, isKnown = true } = {}) => {
    const isBytes = body instanceof Uint8Array;
    const answer = await fetch(new URL(/^(\/|http)/.test(path) ? path : `${API}${path}`, server.url), {
      method,
      headers: {
        ...(isBytes ? {} : { 'content-type': 'application/json' }),
        ...(isKnown ? { authorization } : {}),
        ...headers,
      },
      body: isBytes ? new Uint8Array(body) : body === undefined ? null : JSON.stringify(body),
      redirect: 'manual',
    });
    return { status: answer.status, headers: answer.headers, body: parse(await answer.text()) };
  };
  const get: PulpClient['get'] = (path, sending) => send('GET', path, sending);
  const read = async <T>(path: string, schema: z.ZodType<T>): Promise<T> => schema.parse((await get(path)).body);
  const list: PulpClient['list'] = async (path, schema) => {
    const page = await read(path, z.object({ next: z.null(), results: z.array(schema) }));
    return page.results;
  };
  const waitForTask: PulpClient['waitForTask'] = async (href) => {
    for (;;) {
      const now = await read(href, Task);
      if (FINAL.includes(now.state)) return now;
      await delay(20);
    }
  };

  return {
    ...server,
    send,
    get,
    post: (path, body, headers) => send('POST', path, { body, ...(headers && { headers }) }),
    list,
    finish: (accepted) => waitForTask(Accepted.parse(accepted.body).task),
    waitForTask,
    findRepository: async (name) => {
      const types = 'container.container,container.container-push';
      return (
        (await list(`repositories/?pulp_type__in=${types}&name=${encodeURIComponent(name)}`, Repository))[0] ?? null
      );
    },
    findDistribution: async (basePath) =>
      (await list(`distributions/container/container/?base_path=${encodeURIComponent(basePath)}`, Distribution))[0] ??
      null,
    readVersion: (href) => read(href, RepositoryVersion),
    createRepository: async (name) =>
      Repository.parse((await send('POST', 'repositories/container/container/', { body: { name } })).body),
    findTaskOf: async (versionHref) => {
      const [task] = await list(`tasks/?created_resources=${versionHref}`, Task);
      if (!task) throw new Error(`no task made ${versionHref}`);
      return task;
    },
  };
}

function parse(text: string): unknown {
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
