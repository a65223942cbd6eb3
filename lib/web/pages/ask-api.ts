/**
 * Pages ask the API as the visitor who asks them, with its rules and its answers.
 */
import type { FastifyInstance, FastifyRequest, LightMyRequestResponse } from 'fastify';
import { TOKEN_HEADER } from '../session.ts';
import type { Visitor } from '../visitor.ts';

export interface Question {
  readonly method: 'GET' | 'POST';
  /** path and query */
  readonly url: string;
  readonly payload?: object;
}

/** @param request of the page, whose cookies and origin go along */
export function askApi(
  server: FastifyInstance,
  request: FastifyRequest,
  visitor: Visitor,
  question: Question,
): Promise<LightMyRequestResponse> {
  const { cookie = '', origin = '', 'x-forwarded-for': forwardedFor } = request.headers;
  const headers = {
    cookie,
    origin,
    [TOKEN_HEADER]: visitor.session?.token ?? '',
    ...(forwardedFor !== undefined && { 'x-forwarded-for': forwardedFor }),
  };
  return server.inject({ ...question, headers });
}
