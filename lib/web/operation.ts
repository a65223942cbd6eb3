/**
 * One operation of the API: what it takes and what it answers, said once for the route, the type check and the OpenAPI
 * document.
 */
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import type { Caller } from '../domain/caller.ts';
import type { CallerOf } from './access.ts';
import { read } from './read.ts';

export interface Operation<
  P extends z.ZodObject = z.ZodObject,
  I extends z.ZodObject = z.ZodObject,
  A extends z.ZodType = z.ZodType,
> {
  readonly method: 'GET' | 'POST';
  /** as fastify takes it, without `/api/v1/`: `pushes/:id` */
  readonly path: string;
  readonly summary: string;
  /** who may ask; `administrator` stands for an operator of all organizations */
  readonly caller: 'viewer' | 'operator' | 'administrator';
  readonly params: P;
  /** the query of a GET, the body of a POST */
  readonly input: I;
  readonly answer: A;
}

/** What a handler gets, checked against the operation's schemas. */
export interface Call<P extends z.ZodObject, I extends z.ZodObject> {
  readonly params: z.output<P>;
  readonly input: z.output<I>;
  readonly caller: Caller;
  /** aborted when the caller is gone */
  readonly signal: AbortSignal;
}

/** A value as handlers have it: nothing in it is changed any more. */
export type Seen<T> = T extends object ? { readonly [K in keyof T]: Seen<T[K]> } : T;

export const API_ROOT = '/api/v1/';

/** Of an operation without parameters, or that takes nothing. */
export const NOTHING = z.strictObject({});

/** Adds the operation to a server. GET answers 200, POST 202. */
export function addRoute<P extends z.ZodObject, I extends z.ZodObject, A extends z.ZodType>(
  server: FastifyInstance,
  callerOf: CallerOf,
  { method, path, params, input }: Operation<P, I, A>,
  handle: (call: Call<P, I>) => Promise<Seen<z.input<A>>>,
): void {
  const isRead = method === 'GET';
  server.route({
    method,
    url: `${API_ROOT}${path}`,
    handler: async (request, reply) => {
      const answer = await handle({
        caller: callerOf(request),
        params: read(params, request.params),
        input: read(input, isRead ? request.query : request.body),
        signal: goneSignal(reply),
      });
      return reply.status(isRead ? 200 : 202).send(answer);
    },
  });
}

function goneSignal({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController();
  raw.once('close', () => gone.abort());
  return gone.signal;
}
