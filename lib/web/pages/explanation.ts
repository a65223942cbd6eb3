/** What the API explains about a path, as a part of the page of a push. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Html, html } from '../html.ts';
import { read } from '../read.ts';
import type { Visitor } from '../visitor.ts';
import { askApi } from './ask-api.ts';
import { urlOf } from './parts.ts';

const URL_OF_API = '/api/v1/explain';

const Explanation = z.object({
  points: z.array(
    z.object({ topic: z.string(), message: z.string(), reason: z.string().nullable(), hint: z.string().nullable() }),
  ),
});
const Failure = z.object({ error: z.object({ message: z.string(), hint: z.string().nullable() }) });

/** True where the API explains; as a button it is for operators. */
export function mayExplain(server: FastifyInstance, { caller }: Visitor): boolean {
  return caller.role === 'operator' && server.hasRoute({ method: 'GET', url: URL_OF_API });
}

/** Reads it from Pulp and Katello, which takes a moment. */
export async function renderExplanation(
  server: FastifyInstance,
  request: FastifyRequest,
  visitor: Visitor,
  path: string,
): Promise<Html> {
  const answer = await askApi(server, request, visitor, { method: 'GET', url: urlOf(URL_OF_API, { path }) });
  const body =
    answer.statusCode === 200 ? renderPoints(answer.json()) : renderFailure(read(Failure, answer.json()).error);
  return html`<section id="explain" aria-labelledby="explain-title"><h2 id="explain-title">Explained</h2>${body}</section>`;
}

function renderPoints(answer: unknown): Html {
  const { points } = read(Explanation, answer);
  const items = points.map(
    ({ topic, message, reason, hint }) => html`<div>
<dt>${topic}</dt>
<dd>${reason !== null && html`<strong>${reason}</strong> `}${message}${hint !== null && html` <span class="soft">${hint}</span>`}</dd>
</div>`,
  );
  return html`<dl class="points">${items}</dl>`;
}

function renderFailure({ message, hint }: z.infer<typeof Failure>['error']): Html {
  return html`<p class="trouble" role="alert">${message}${hint !== null && html` <span class="soft">${hint}</span>`}</p>`;
}
