/**
 * What buttons do. Each goes the way of the API, with its rules and its answers; a button whose route is not served is not
 * there.
 */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { RequestError } from '../answer.ts';
import { type Html, html, type Piece } from '../html.ts';
import { read } from '../read.ts';
import { safeNext } from '../sign-in.ts';
import type { Visitor } from '../visitor.ts';
import { askApi } from './ask-api.ts';
import { tokenField } from './layout.ts';
import { urlOf } from './parts.ts';
import { renderProblem } from './problem.ts';

interface Action {
  /** of the API, as it is registered */
  readonly route: string;
  /** where it is not the route itself */
  readonly url?: (form: Form) => string;
  /** What the API is sent. */
  readonly body: (form: Form) => object;
  /** what has to be typed first, as a confirmation */
  readonly typed?: 'path' | 'tag';
  readonly done: string;
}

const Form = z.object({
  path: z.string().max(300).default(''),
  receiver: z.coerce.number().int().min(1).catch(1).default(1),
  tag: z.string().max(200).default(''),
  digest: z.string().max(100).default(''),
  reason: z.string().max(500).default(''),
  unproven: z.literal('true').optional(),
  typed: z.string().max(300).default(''),
  next: z.string().optional(),
});
type Form = z.infer<typeof Form>;

const ACTIONS = {
  reprocess: {
    route: '/api/v1/reprocess',
    body: ({ path }) => ({ paths: [path] }),
    done: 'Queued as the next one.',
  },
  unpin: {
    route: '/api/v1/reprocess',
    body: ({ path }) => ({ paths: [path], unpin: true }),
    done: 'Pins are dropped; queued as the next one.',
  },
  'roll-back': {
    route: '/api/v1/rollback',
    body: ({ path, tag, digest, reason }) => ({ path, tag, digest, ...(reason !== '' && { reason }) }),
    typed: 'tag',
    done: 'Rolled back: a new push version is on its way.',
  },
  'sync-proxies': {
    route: '/api/v1/proxies/sync',
    body: ({ path }) => ({ path }),
    done: 'Smart proxies are told to sync.',
  },
  keep: {
    route: '/api/v1/orphans/keep',
    body: ({ path }) => ({ paths: [path] }),
    done: 'Kept: it is published again.',
  },
  delete: {
    route: '/api/v1/orphans/delete',
    body: ({ path, unproven }) => ({ paths: [path], ...(unproven && { unproven: true }) }),
    typed: 'path',
    done: 'Ordered: it is deleted once no token for it is alive.',
  },
  enable: {
    route: '/api/v1/notifications/:n/enable',
    url: ({ receiver }) => `/api/v1/notifications/${receiver}/enable`,
    body: () => ({}),
    done: 'Enabled: it is told again from now on.',
  },
} as const satisfies Readonly<Record<string, Action>>;

export type ActionName = keyof typeof ACTIONS;

export interface Actions {
  /** True for who may act, where the route is served. */
  has(visitor: Visitor, name: ActionName): boolean;
  /** A form of one button, or nothing. */
  button(visitor: Visitor, name: ActionName, text: string, fields: Readonly<Record<string, string>>): Html | null;
}

const ADDRESS = '/actions';
/** Of the address that a done action leads back to. */
const DONE = 'done';

/** Adds the routes of the buttons, behind everything that says who asks. */
export function addActions(server: FastifyInstance, visitorOf: (request: FastifyRequest) => Visitor): Actions {
  const has = ({ caller }: Visitor, name: ActionName): boolean =>
    caller.role === 'operator' && server.hasRoute({ method: 'POST', url: ACTIONS[name].route });

  server.post(`${ADDRESS}/:name`, async (request, reply) => {
    const { name } = read(z.object({ name: z.string() }), request.params);
    if (!isAction(name)) throw new RequestError(404, 'there is nothing here');
    const form = read(Form, request.body);
    const action: Action = ACTIONS[name];
    if (action.typed && form.typed.trim() !== form[action.typed]) {
      throw new RequestError(400, `type ${form[action.typed]} to confirm`, 'nothing was changed');
    }
    return order(server, action, form, request, reply, visitorOf(request), name);
  });

  return {
    has,
    button: (visitor, name, text, fields) =>
      has(visitor, name)
        ? html`<form method="post" action="${ADDRESS}/${name}">${tokenField(visitor)}${hidden(fields)}<button>${text}</button></form>`
        : null,
  };
}

/** Asks the API as the same visitor, and leads back, or shows why not. */
async function order(
  server: FastifyInstance,
  action: Action,
  form: Form,
  request: FastifyRequest,
  reply: FastifyReply,
  visitor: Visitor,
  name: ActionName,
): Promise<FastifyReply> {
  const url = action.url?.(form) ?? action.route;
  const question = { method: 'POST', url, payload: action.body(form) } as const;
  const answer = await askApi(server, request, visitor, question);
  if (answer.statusCode < 300) return reply.redirect(withDone(safeNext(form.next), name), 303);
  const { error } = read(z.object({ error: Shown }), answer.json());
  return reply
    .status(answer.statusCode)
    .type('text/html')
    .send(renderProblem(answer.statusCode, error, visitor));
}

const Shown = z.object({ message: z.string(), hint: z.string().nullable() });

/** What an action says on the page that it led back to. */
export function renderDone(query: unknown): Piece {
  const { data } = z.object({ [DONE]: z.string() }).safeParse(query);
  const name = data?.[DONE] ?? '';
  return isAction(name) && html`<p class="done" role="status" data-once>${ACTIONS[name].done}</p>`;
}

/** A form that has to be confirmed by typing; the script of the page shows it as a dialog. */
export function renderConfirmation(
  visitor: Visitor,
  name: ActionName,
  texts: {
    readonly title: string;
    readonly effect: Piece;
    readonly typed: string;
    readonly button: string;
    readonly back: string;
  },
  fields: Readonly<Record<string, string>>,
  more: Piece = null,
): Html {
  return html`<section id="confirm" class="confirm" aria-labelledby="confirm-title">
<h2 id="confirm-title">${texts.title}</h2>
<p>${texts.effect}</p>
<form method="post" action="${ADDRESS}/${name}">${tokenField(visitor)}${hidden(fields)}${more}
<label><span>Type <strong>${texts.typed}</strong> to confirm</span><input name="typed" autocomplete="off" autocapitalize="none" spellcheck="false" required></label>
<p class="choices"><button class="danger">${texts.button}</button> <a class="button" href="${texts.back}" data-close>Cancel</a></p>
</form>
</section>`;
}

function hidden(fields: Readonly<Record<string, string>>): Html[] {
  return Object.entries(fields).map(([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`);
}

function withDone(next: string, name: ActionName): string {
  const [path = '/', query = ''] = next.split('?');
  const kept = [...new URLSearchParams(query)].filter(([key]) => key !== DONE && key !== 'confirm');
  return urlOf(path, { ...Object.fromEntries(kept), [DONE]: name });
}

function isAction(name: string): name is ActionName {
  return Object.hasOwn(ACTIONS, name);
}
