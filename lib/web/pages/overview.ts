/** `/`: is it well, what waits, what needs somebody, what came last. */
import type { FastifyInstance } from 'fastify';
import type { Brief } from '../../domain/brief.ts';
import { type Caller, mayChangeAll } from '../../domain/caller.ts';
import { newestFirst, type Overview, overviewOf } from '../../domain/overview.ts';
import type { Receipt } from '../../domain/receipt.ts';
import { isSeen } from '../access.ts';
import { type Html, html, type Piece } from '../html.ts';
import type { Status } from '../status.ts';
import type { Visitor } from '../visitor.ts';
import type { Actions } from './actions.ts';
import { renderChart } from './chart.ts';
import type { PagesDeps } from './deps.ts';
import { mayExplain } from './explanation.ts';
import { duration, explainUrl, live, names, pathText, pauseButton, pushUrl, stateWord, table, utc } from './parts.ts';
import { namesOf, renderPushes } from './push-rows.ts';
import type { Show } from './show.ts';

const MOST_LATEST = 15;
const MOST_NEEDY = 10;

export function addOverview(server: FastifyInstance, deps: PagesDeps, actions: Actions, show: Show): void {
  server.get('/', async (request, reply) =>
    show(request, reply, async (visitor) => {
      const { caller } = visitor;
      const now = deps.now();
      const [status, all] = await Promise.all([deps.readStatus(), deps.listBriefs()]);
      const briefs = all.filter(({ path }) => isSeen(caller, path));
      const overview = overviewOf(briefs, now);
      const latest = briefs.toSorted(newestFirst).slice(0, MOST_LATEST);
      const needy = overview.failed.slice(0, MOST_NEEDY);
      const receipts = new Map((await deps.findPushes(idsOf([...latest, ...needy]))).map((one) => [one.id, one]));
      const find = (some: readonly Brief[]) => some.flatMap(({ id }) => receipts.get(id) ?? []);
      return {
        title: 'Overview',
        at: '/',
        body: [
          html`<h1 class="unseen">Overview</h1>`,
          live('alarms', renderAlarms(status, caller, now)),
          live('figures', renderFigures(status, overview, caller)),
          live('receivers', await renderReceivers(deps, visitor, actions)),
          live(
            'needy',
            renderNeedy(find(needy), overview.failed.length, visitor, actions, mayExplain(server, visitor)),
          ),
          html`<div class="bar"><h2>Latest</h2>${pauseButton()}</div>`,
          live(
            'latest',
            briefs.length === 0 ? renderEmpty(deps.registry) : renderPushes('Latest pushes', find(latest), now),
          ),
          briefs.length > MOST_LATEST && html`<p><a href="/pushes">All pushes</a></p>`,
        ],
      };
    }),
  );
}

function renderAlarms({ checks, alarms }: Status, caller: Caller, now: number): Piece {
  const troubles = checks.filter(({ isOk }) => !isOk);
  const own = (alarms ?? []).filter(({ path }) => path === null || isSeen(caller, path));
  if (troubles.length + own.length === 0) return null;
  return html`<section class="alarms" aria-label="Alarms"><ul>
${troubles.map(({ name, reason, message }) => html`<li><strong>${reason ?? name}</strong> ${message} <span class="soft">Pushes wait; nothing is lost.</span></li>`)}
${own.map(
  ({ alarm, since, message, hint }) =>
    html`<li><strong>${alarm}</strong> ${message} <span class="soft" title="${utc(since)}"> · for ${duration(now - Date.parse(since))}</span>${hint !== null && html`<br><span class="soft">${hint}</span>`}</li>`,
)}
</ul></section>`;
}

/** Receivers that are told nothing any more, for those who can change that. */
async function renderReceivers({ listReceivers }: PagesDeps, visitor: Visitor, actions: Actions): Promise<Piece> {
  if (!mayChangeAll(visitor.caller)) return null;
  const disabled = (await listReceivers()).filter(({ state }) => state === 'disabled');
  if (disabled.length === 0) return null;
  const rows = disabled.map(
    ({ n, url, since, reason }) => html`<tr><th scope="row">${url}</th><td class="wide">${reason ?? ''}</td>
<td>${since === null ? '' : utc(since)}</td>
<td class="actions">${actions.button(visitor, 'enable', 'Enable', { receiver: String(n), next: '/' })}</td></tr>`,
  );
  return html`<section aria-labelledby="receivers-title"><h2 id="receivers-title">Disabled receivers</h2>
${table('Disabled receivers', ['Receiver', 'Why', 'Since', null], rows)}</section>`;
}

/** The lag of all is known from when a push is seen; of some organizations, from when a run begins. */
function renderFigures({ lagSeconds }: Status, overview: Overview, { organizations }: Caller): Html {
  const lagMs = organizations === 'all' && lagSeconds !== null ? lagSeconds * 1000 : overview.lagMs;
  const { p95Ms, waiting, failed, hours } = overview;
  const said = `${waiting} waiting, ${failed.length} failed`;
  return html`<section class="figures" aria-label="Figures">
<p class="unseen" aria-live="polite" data-said>${said}</p>
<dl>
<div><dt>Lag</dt><dd>${duration(lagMs)}</dd></div>
<div><dt>Push to Katello, p95</dt><dd>${p95Ms === null ? '–' : duration(p95Ms)}</dd></div>
<div><dt>Waiting</dt><dd>${waiting}</dd></div>
<div class="${failed.length > 0 ? 'bad' : ''}"><dt>Failed</dt><dd>${failed.length}</dd></div>
</dl>
${renderChart(hours)}
</section>`;
}

function renderNeedy(
  receipts: readonly Receipt[],
  total: number,
  visitor: Visitor,
  actions: Actions,
  explains: boolean,
): Piece {
  if (receipts.length === 0) return null;
  const rows = receipts.map((receipt) => {
    const { id, path, state, error } = receipt;
    return html`<tr>
<th scope="row"><a href="${pushUrl(id)}">${pathText(path)}</a></th>
<td>${names(namesOf(receipt))}</td>
<td>${stateWord(state)}</td>
<td class="wide"><strong>${error?.reason ?? error?.code ?? ''}</strong> ${error?.message ?? ''}</td>
<td class="actions">${actions.button(visitor, 'reprocess', 'Retry', { path, next: '/' })}
${explains && html`<a class="button" href="${explainUrl(id)}">Explain</a>`}</td>
</tr>`;
  });
  return html`<section aria-labelledby="needs"><h2 id="needs">Needs a person</h2>
${table('Pushes that need a person', ['Path', 'Tags', 'State', 'Why', null], rows, 'needy')}
${total > receipts.length && html`<p><a href="/pushes?state=failed">All ${total}</a></p>`}
</section>`;
}

function renderEmpty(registry: string): Html {
  return html`<p class="empty">No push yet. Try: <code>podman push IMAGE ${registry}/ORG/NAME:1</code></p>`;
}

function idsOf(briefs: readonly Brief[]): string[] {
  return [...new Set(briefs.map(({ id }) => id))];
}
