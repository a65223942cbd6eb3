/** `/pushes`: what was pushed, newest first, by path, organization and state. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Brief } from '../../domain/brief.ts';
import { newestFirst } from '../../domain/overview.ts';
import { RECEIPT_STATES } from '../../domain/receipt.ts';
import { isSeen } from '../access.ts';
import { type Html, html, type Piece } from '../html.ts';
import { read } from '../read.ts';
import type { PagesDeps } from './deps.ts';
import { live, pauseButton, urlOf } from './parts.ts';
import { renderPushes } from './push-rows.ts';
import type { Show } from './show.ts';

const A_PAGE = 50;

const Query = z.object({
  path: z.string().max(300).default(''),
  organization: z.string().max(300).default(''),
  state: z
    .enum(['', ...RECEIPT_STATES])
    .catch('')
    .default(''),
  page: z.coerce.number().int().min(1).max(10_000).catch(1).default(1),
});
type Query = z.infer<typeof Query>;

export function addPushes(server: FastifyInstance, deps: PagesDeps, show: Show): void {
  server.get('/pushes', async (request, reply) =>
    show(request, reply, async ({ caller }) => {
      const query = read(Query, request.query);
      const briefs = (await deps.listBriefs()).filter(({ path }) => isSeen(caller, path));
      const wanted = briefs.filter((brief) => fits(brief, query)).toSorted(newestFirst);
      const from = (query.page - 1) * A_PAGE;
      const receipts = await deps.findPushes(wanted.slice(from, from + A_PAGE).map(({ id }) => id));
      const organizations = [...new Set(briefs.map(({ path }) => organizationOf(path)))].toSorted();
      return {
        title: 'Pushes',
        at: '/pushes',
        body: [
          html`<div class="bar"><h1>Pushes</h1>${pauseButton()}</div>`,
          renderFilter(query, organizations),
          live('pushes', [
            html`<p class="soft" aria-live="polite" data-said>${wanted.length} of ${briefs.length} pushes</p>`,
            receipts.length === 0
              ? html`<p class="empty">No push fits. <a href="/pushes">Show all</a></p>`
              : renderPushes('Pushes', receipts, deps.now()),
            renderPages(query, wanted.length),
          ]),
        ],
      };
    }),
  );
}

function fits({ path, state }: Brief, query: Query): boolean {
  if (query.state !== '' && state !== query.state) return false;
  if (query.organization !== '' && organizationOf(path) !== query.organization) return false;
  return path.includes(query.path.trim().toLowerCase());
}

/** As the path names it: a label, or `id/3`. */
function organizationOf(path: string): string {
  const [first = '', second = ''] = path.split('/');
  return first === 'id' ? `${first}/${second}` : first;
}

function renderFilter({ path, organization, state }: Query, organizations: readonly string[]): Html {
  return html`<form class="filter" method="get" action="/pushes" role="search">
<label>Path<input name="path" type="search" value="${path}" placeholder="org/name" spellcheck="false"></label>
<label>Organization<select name="organization">${options(['', ...organizations], organization)}</select></label>
<label>State<select name="state">${options(['', ...RECEIPT_STATES], state)}</select></label>
<button>Filter</button>
</form>`;
}

function options(values: readonly string[], chosen: string): Html[] {
  return values.map(
    (value) =>
      html`<option value="${value}"${value === chosen ? html` selected` : ''}>${value === '' ? 'all' : value}</option>`,
  );
}

function renderPages({ page, ...query }: Query, total: number): Piece {
  const last = Math.max(1, Math.ceil(total / A_PAGE));
  if (last === 1) return null;
  const link = (to: number, text: string) =>
    to >= 1 && to <= last && html`<a href="${urlOf('/pushes', { ...query, page: String(to) })}">${text}</a>`;
  return html`<nav class="pages" aria-label="More pushes">${link(page - 1, 'Newer')} <span class="soft">Page ${page} of ${last}</span> ${link(page + 1, 'Older')}</nav>`;
}
