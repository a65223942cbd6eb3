/** `/pushes/ID`: one receipt, and what can be done about it. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Receipt } from '../../domain/receipt.ts';
import { isSeen } from '../access.ts';
import { RequestError } from '../answer.ts';
import { type Html, html, type Piece } from '../html.ts';
import { read } from '../read.ts';
import type { Visitor } from '../visitor.ts';
import { type Actions, renderConfirmation } from './actions.ts';
import type { PagesDeps } from './deps.ts';
import { mayExplain, renderExplanation } from './explanation.ts';
import {
  age,
  digest,
  duration,
  explainUrl,
  live,
  pauseButton,
  pushUrl,
  stateWord,
  table,
  urlOf,
  utc,
} from './parts.ts';
import type { Show } from './show.ts';

const Params = z.object({ id: z.string().max(300) });
const Query = z.object({ confirm: z.string().max(200).optional(), explain: z.string().optional() });

export function addPush(server: FastifyInstance, deps: PagesDeps, actions: Actions, show: Show): void {
  server.get('/pushes/:id', async (request, reply) =>
    show(request, reply, async (visitor) => {
      const { id } = read(Params, request.params);
      const [receipt] = await deps.findPushes([id]);
      if (!receipt || !isSeen(visitor.caller, receipt.path)) throw new RequestError(404, 'no such push');
      const { confirm, explain } = read(Query, request.query);
      const tag = receipt.tags.find(({ name }) => name === confirm);
      const isExplaining = explain !== undefined && mayExplain(server, visitor);
      return {
        title: `${receipt.path} version ${receipt.version}`,
        at: '/pushes',
        body: [
          live('push', renderHead(receipt, deps.now())),
          renderButtons(receipt, visitor, actions, mayExplain(server, visitor)),
          isExplaining && (await renderExplanation(server, request, visitor, receipt.path)),
          tag && actions.has(visitor, 'roll-back') ? renderRollback(receipt, tag, visitor) : null,
          live('parts', [
            renderError(receipt),
            renderTags(receipt, visitor, actions),
            renderStages(receipt),
            renderProxies(receipt),
            renderLeftAlone(receipt),
          ]),
          html`<p class="bar"><a href="/api/v1/pushes/${encodeURIComponent(id)}">JSON</a> <a href="${urlOf('/pushes', { path: receipt.path })}">All pushes of this path</a> ${pauseButton()}</p>`,
        ],
      };
    }),
  );
}

function renderHead(
  { path, version, claimedVersion, state, kind, user, pushedAt, note, pull }: Receipt,
  now: number,
): Html {
  const who = user ?? 'somebody';
  const what = kind === 'rollback' ? 'rolled back' : 'pushed';
  return html`<h1>${path} <span class="soft">version ${version}</span> <span data-said aria-live="polite">${stateWord(state)}</span></h1>
<p>${what} by ${who}, ${utc(pushedAt)} <span class="soft">(${age(pushedAt, now)} ago)</span>${claimedVersion !== null && html` <span class="soft">after version ${claimedVersion}</span>`}</p>
${note !== null && html`<p>Why: ${note}</p>`}
${pull.map((name) => renderPull(`podman pull ${name}`))}`;
}

function renderPull(command: string): Html {
  return html`<p class="copy"><code>${command}</code> <button type="button" class="plain" data-copy="${command}" hidden>Copy</button></p>`;
}

function renderButtons({ id, path, leftAlone }: Receipt, visitor: Visitor, actions: Actions, explains: boolean): Piece {
  const fields = { path, next: pushUrl(id) };
  const hasPins = leftAlone.some(({ reason }) => reason === 'pinned');
  const buttons = [
    actions.button(visitor, 'reprocess', 'Reprocess', fields),
    hasPins && actions.button(visitor, 'unpin', 'Drop pins and reprocess', fields),
    actions.button(visitor, 'sync-proxies', 'Sync proxies', fields),
    explains && html`<a class="button" href="${explainUrl(id)}">Explain</a>`,
  ].filter((button) => button !== null && button !== false);
  return buttons.length > 0 && html`<div class="buttons">${buttons}</div>`;
}

function renderError({ error }: Receipt): Piece {
  if (!error) return null;
  return html`<section class="trouble" aria-label="Trouble"><p><strong>${error.reason ?? error.code}</strong> ${error.message}</p>
${error.hint !== null && html`<p class="soft">${error.hint}</p>`}</section>`;
}

function renderTags({ id, tags }: Receipt, visitor: Visitor, actions: Actions): Piece {
  if (tags.length === 0) return null;
  const mayRollBack = actions.has(visitor, 'roll-back');
  const rows = tags.map(
    ({ name, from, to, reason }) => html`<tr>
<th scope="row">${name}</th><td>${digest(from)}</td><td>${digest(to)}</td><td>${reason}</td>
${mayRollBack && html`<td class="actions">${from !== null && html`<a class="button" href="${urlOf(pushUrl(id), { confirm: name })}" data-dialog>Roll back…</a>`}</td>`}
</tr>`,
  );
  const head = ['Tag', 'From', 'To', 'Reason', ...(mayRollBack ? [null] : [])];
  return html`<section aria-labelledby="tags"><h2 id="tags">Tags</h2>${table('Tags', head, rows)}</section>`;
}

function renderRollback({ id, path }: Receipt, { name, from }: Receipt['tags'][number], visitor: Visitor): Html {
  return renderConfirmation(
    visitor,
    'roll-back',
    {
      title: `Roll back ${name}`,
      effect: html`Tag <strong>${name}</strong> of ${path} names an older image again. That is a new push: it is published as any other, and later pushes move the tag as usual.`,
      typed: name,
      button: 'Roll back',
      back: pushUrl(id),
    },
    { path, tag: name, next: pushUrl(id) },
    html`<label>Image<input name="digest" value="${from ?? ''}" spellcheck="false" required></label>
<label>Why (kept with the push)<input name="reason" maxlength="500"></label>`,
  );
}

function renderStages({ stages }: Receipt): Piece {
  if (stages.length === 0) return null;
  const items = stages.map(
    ({ name, durationMs, outcome, startedAt }) =>
      html`<li class="${outcome}" title="${utc(startedAt)}"><span>${name}</span> <span class="soft">${duration(durationMs)}</span> <span>${outcome}</span></li>`,
  );
  return html`<section aria-labelledby="stages"><h2 id="stages">Stages</h2><ol class="stages">${items}</ol></section>`;
}

function renderProxies({ proxies }: Receipt): Piece {
  if (proxies.length === 0) return null;
  const rows = proxies.map(
    ({ name, outcome, reason, at }) =>
      html`<tr><th scope="row">${name}</th><td>${stateWord(outcome)}</td><td>${reason ?? ''}</td><td>${utc(at)}</td></tr>`,
  );
  return html`<section aria-labelledby="proxies"><h2 id="proxies">Proxies</h2>${table('Smart proxies', ['Proxy', 'Outcome', 'Why', 'At'], rows)}</section>`;
}

function renderLeftAlone({ leftAlone }: Receipt): Piece {
  if (leftAlone.length === 0) return null;
  const rows = leftAlone.map(
    ({ tag, reason, message }) =>
      html`<tr><th scope="row">${tag}</th><td>${reason}</td><td class="wide">${message}</td></tr>`,
  );
  return html`<section aria-labelledby="left"><h2 id="left">Left alone</h2>${table('Tags left alone', ['Tag', 'Reason', 'What it means'], rows)}</section>`;
}
