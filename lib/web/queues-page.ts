/**
 * `/queues`: bull-board for operators. Those of all organizations may retry, promote, clean and pause; the others see
 * the jobs of their own paths.
 */
import type { Job, Queue } from 'bullmq';
import type { FastifyInstance, FastifyReply, FastifyRequest, LightMyRequestResponse } from 'fastify';
import { type Caller, mayChangeAll } from '../domain/caller.ts';
import { isSeen, requireOperator } from './access.ts';
import { RequestError, toAnswer } from './answer.ts';
import { askApi } from './pages/ask-api.ts';
import { createBoard, QUEUES_PATH } from './queues-board.ts';
import { isWrite } from './session.ts';
import type { Visitor } from './visitor.ts';

export interface QueuesPageDeps {
  readonly queues: readonly Queue[];
  /** makes the path the next one that is worked on */
  readonly promote: (path: string) => Promise<void>;
}

/** What bull-board does by itself, for one queue or one job. */
const ITS_OWN = /^\/api\/queues\/[a-z]+\/(?:[\w-]+\/)?clean(?:\/\w+)?$/;
/** What the API keeps account of, for one queue or all. */
const HALT = /^\/api\/queues\/(?:(?<name>[a-z]+)\/)?(?<action>pause|resume)$/;
/** Trying again, one job or all of a state. */
const AGAIN =
  /^\/api\/queues\/(?<name>[a-z]+)\/(?:(?<id>[\w-]+)\/(?:retry|promote)|(?:retry\/(?<state>failed)|promote))$/;
/** What belongs to one job. */
const JOB = /^\/api\/queues\/(?<name>[a-z]+)\/(?<id>[\w-]+)(?:\/(?:logs|flow))?$/;
const LIST = '/api/queues';
/** bull-board's page names fonts of another host, which the policy of our pages forbids anyway. */
const LINK_ELSEWHERE = /<link [^>]*href="https?:[^>]*>/g;
/** What tells nothing of anybody's jobs. */
const HARMLESS =
  /^\/?$|^\/static\/[\w./-]+$|^\/queue\/[a-z]+(?:\/[\w-]+)?$|^\/(?:job-schedulers|metrics-history|api\/redis\/stats)$/;
/** What belongs to a queue, by the same place in the path. */
const OF_QUEUE = new Set(['metrics', 'default-job-options', 'workers', 'rate-limit', 'job-data-schema']);
/** The rest of the headers belongs to the connection. */
const PASSED_ON = ['content-type', 'cache-control', 'etag', 'last-modified'] as const;
const MOST_JOBS = 1000;

/** Adds it to a server that knows who asks, and has checked that writes come from pages of ours. */
export function addQueuesPage(
  server: FastifyInstance,
  { queues, promote }: QueuesPageDeps,
  visitorOf: (request: FastifyRequest) => Visitor,
): void {
  const callerOf = (request: FastifyRequest): Caller => visitorOf(request).caller;
  const board = createBoard(queues);

  const retry = async ({ name, id, state }: Readonly<Record<string, string | undefined>>): Promise<void> => {
    // a path has one job at a time, which bull-board does not know
    if (name !== 'reconcile') throw new RequestError(403, 'jobs of this queue are tried again by themselves');
    const queue = queues.find((one) => one.name === name);
    const type = state === 'failed' ? state : 'delayed';
    const jobs = id === undefined ? await queue?.getJobs([type], 0, MOST_JOBS) : [await queue?.getJob(id)];
    for (const path of new Set(jobs?.map(pathOf))) {
      if (path !== null) await promote(path);
    }
  };

  const write = async (path: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    if (!mayChangeAll(callerOf(request))) {
      throw new RequestError(403, 'only who may change all organizations changes queues', 'retry a push on its page');
    }
    const { name, action } = HALT.exec(path)?.groups ?? {};
    if (action !== undefined) {
      for (const queue of name === undefined ? queues.map((one) => one.name) : [name]) {
        const url = `/api/v1/queues/${queue}/${action}`;
        const answer = await askApi(server, request, visitorOf(request), { method: 'POST', url, payload: {} });
        if (answer.statusCode >= 300) return passOn(answer, reply);
      }
      return reply.status(200).send({});
    }
    const again = AGAIN.exec(path)?.groups;
    if (again) {
      await retry(again);
      return reply.status(204).send();
    }
    if (request.method === 'PUT' && ITS_OWN.test(path)) return passOn(await board.ask(request, 'writable'), reply);
    const { error } = toAnswer(new RequestError(400, 'that is not done here')).body;
    return reply.status(405).header('allow', 'GET, HEAD').send({ error });
  };

  const isOwnJob = async (path: string, caller: Caller): Promise<boolean> => {
    const { name, id = '' } = JOB.exec(path)?.groups ?? {};
    if (name !== undefined && OF_QUEUE.has(id)) return true;
    const job = await queues.find((queue) => queue.name === name)?.getJob(id);
    return isOwn(caller, pathOf(job));
  };

  const show = async (path: string, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> => {
    const caller = callerOf(request);
    if (mayChangeAll(caller)) return passOn(await board.ask(request, 'writable'), reply);

    if (!HARMLESS.test(path) && path !== LIST && !(await isOwnJob(path, caller))) {
      throw new RequestError(404, 'there is nothing here');
    }
    const answer = await board.ask(request, 'read-only');
    return path === LIST ? reply.send(withOwnJobs(answer.json(), caller)) : passOn(answer, reply);
  };

  for (const url of [QUEUES_PATH, `${QUEUES_PATH}/*`]) {
    server.all(url, async (request, reply) => {
      requireOperator(callerOf(request));
      const path = request.url.split('?')[0]?.slice(QUEUES_PATH.length) ?? '';
      return isWrite(request) ? write(path, request, reply) : show(path, request, reply);
    });
  }
  server.addHook('onClose', () => board.close());
}

function passOn(answer: LightMyRequestResponse, reply: FastifyReply): FastifyReply {
  for (const name of PASSED_ON) {
    const value = answer.headers[name];
    if (value !== undefined) reply.header(name, value);
  }
  const isPage = answer.headers['content-type']?.toString().startsWith('text/html') ?? false;
  return reply.status(answer.statusCode).send(isPage ? answer.payload.replace(LINK_ELSEWHERE, '') : answer.rawPayload);
}

function pathOf(job: Pick<Job, 'data'> | undefined): string | null {
  const data: unknown = job?.data;
  return hasKey(data, 'path') && typeof data.path === 'string' ? data.path : null;
}

function isOwn(caller: Caller, path: string | null): boolean {
  return path !== null && isSeen(caller, path);
}

/** The list of queues as bull-board answers it, without jobs of others; its counts are of all. */
function withOwnJobs(list: unknown, caller: Caller): unknown {
  if (!hasKey(list, 'queues') || !Array.isArray(list.queues)) return {};
  const queues = list.queues.map((queue: unknown) => {
    if (!hasKey(queue, 'jobs') || !Array.isArray(queue.jobs)) return {};
    return {
      ...queue,
      jobs: queue.jobs.filter((job: unknown) => hasKey(job, 'data') && isOwn(caller, pathOf({ data: job.data }))),
    };
  });
  return { ...list, queues };
}

function hasKey<K extends string>(value: unknown, key: K): value is Record<K, unknown> {
  return typeof value === 'object' && value !== null && key in value;
}
