/** `/orphans`: push repositories whose Katello repository is gone. Read from Pulp and Katello, so it is not refreshed. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { OrphanView } from '../../domain/orphan-view.ts';
import { isSeen } from '../access.ts';
import { type Html, html } from '../html.ts';
import { read } from '../read.ts';
import type { Visitor } from '../visitor.ts';
import { type Actions, renderConfirmation } from './actions.ts';
import type { PagesDeps } from './deps.ts';
import { stateWord, table, urlOf, utc } from './parts.ts';
import type { Show } from './show.ts';

const Query = z.object({ confirm: z.string().max(300).optional() });
/** A Katello that hides everything has to be asked for each repository. */
const ANSWER_MS = 25_000;

export function addOrphans(server: FastifyInstance, deps: PagesDeps, actions: Actions, show: Show): void {
  server.get('/orphans', async (request, reply) =>
    show(request, reply, async (visitor) => {
      const { confirm } = read(Query, request.query);
      const orphans = (await deps.listOrphans(AbortSignal.timeout(ANSWER_MS))).filter(({ path }) =>
        isSeen(visitor.caller, path),
      );
      const chosen = orphans.find(({ path }) => path === confirm);
      return {
        title: 'Orphans',
        at: '/orphans',
        body: [
          html`<h1>Orphans</h1><p class="soft">Pushed, but their Katello repository is gone.</p>`,
          chosen && actions.has(visitor, 'delete') ? renderDelete(chosen, visitor) : null,
          orphans.length === 0 ? html`<p class="empty">None.</p>` : renderTable(orphans, visitor, actions),
        ],
      };
    }),
  );
}

function renderTable(orphans: readonly OrphanView[], visitor: Visitor, actions: Actions): Html {
  const mayDelete = actions.has(visitor, 'delete');
  const rows = orphans.map(
    ({ path, version, state, task, until, reason, message, hint }) => html`<tr>
<th scope="row">${path} <span class="soft">version ${version}</span></th><td>${stateWord(state)}</td>
<td>${task === null ? html`<span class="soft">none</span>` : html`<code title="${task}">task ${task.slice(0, 8)}</code>`}</td>
<td>${until === null ? '' : utc(until)}</td>
<td class="wide">${reason !== null && reason !== state && html`<strong>${reason}</strong> `}${message}${hint !== null && html` <span class="soft">${hint}</span>`}</td>
<td class="actions">${actions.button(visitor, 'keep', 'Keep', { path, next: '/orphans' })}
${mayDelete && html`<a class="button" href="${urlOf('/orphans', { confirm: path })}" data-dialog>Delete…</a>`}</td></tr>`,
  );
  return table('Orphans', ['Path', 'State', 'Proof', 'Due', 'Why it stays', null], rows);
}

function renderDelete({ path, state, version }: OrphanView, visitor: Visitor): Html {
  const isUnproven = state === 'unproven';
  return renderConfirmation(
    visitor,
    'delete',
    {
      title: `Delete ${path}`,
      effect: html`The push repository with all its ${version} versions is deleted in Pulp, for good.${isUnproven ? ' No task proves that its Katello repository was destroyed.' : ''} What was published elsewhere stays.`,
      typed: path,
      button: 'Delete',
      back: '/orphans',
    },
    { path, next: '/orphans', ...(isUnproven && { unproven: 'true' }) },
  );
}
