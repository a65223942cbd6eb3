/** Sends what a page shows. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Piece } from '../html.ts';
import type { Visitor } from '../visitor.ts';
import { renderDone } from './actions.ts';
import { renderPage } from './layout.ts';

/** A page for one visitor. */
export interface View {
  readonly title: string;
  /** path of the page that it belongs to, in the navigation */
  readonly at: string;
  readonly body: Piece;
}

export type Show = (
  request: FastifyRequest,
  reply: FastifyReply,
  view: (visitor: Visitor) => Promise<View>,
) => Promise<FastifyReply>;

/** @param visitorOf who asks */
export function createShow(visitorOf: (request: FastifyRequest) => Visitor): Show {
  return async (request, reply, view) => {
    const visitor = visitorOf(request);
    const { title, at, body } = await view(visitor);
    const text = renderPage({ title, at, visitor, body: [renderDone(request.query), body] });
    return reply.type('text/html').send(text);
  };
}
