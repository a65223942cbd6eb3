/** `/proxies`: which paths each smart proxy lacks, and why. */
import type { FastifyInstance } from 'fastify';
import { isSeen } from '../access.ts';
import { html } from '../html.ts';
import type { Visitor } from '../visitor.ts';
import type { Actions } from './actions.ts';
import type { PagesDeps } from './deps.ts';
import { age, live, pauseButton, stateWord, table, urlOf } from './parts.ts';
import type { Show } from './show.ts';

type State = Awaited<ReturnType<PagesDeps['readProxies']>>;

export function addProxies(server: FastifyInstance, deps: PagesDeps, actions: Actions, show: Show): void {
  server.get('/proxies', async (request, reply) =>
    show(request, reply, async (visitor) => {
      const state = await deps.readProxies();
      const body = [
        html`<div class="bar"><h1>Proxies</h1>${pauseButton()}</div>`,
        live('proxies', renderProxies(state, visitor, actions, deps.now())),
      ];
      return { title: 'Proxies', at: '/proxies', body };
    }),
  );
}

function renderProxies({ behind, last }: State, visitor: Visitor, actions: Actions, now: number) {
  const { caller } = visitor;
  const own = behind.filter(({ path }) => isSeen(caller, path));
  const proxies = [...new Set([...last.keys(), ...own.map(({ proxy }) => proxy)])].toSorted();
  if (proxies.length === 0) return html`<p class="empty">No smart proxy was looked at yet.</p>`;

  const summary = proxies.map((name) => {
    const count = own.filter(({ proxy }) => proxy === name).length;
    const result = last.get(name);
    const isOwn = result !== undefined && isSeen(caller, result.path);
    return html`<tr><th scope="row">${name}</th><td class="number">${count}</td>
<td>${isOwn && [stateWord(result.outcome), ' ', html`<a href="${urlOf('/pushes', { path: result.path })}">${result.path}</a>`, html` <span class="soft">${age(result.at, now)} ago</span>`]}</td></tr>`;
  });
  const rows = own.map(
    ({ proxy, path, reason, message, since }) => html`<tr>
<th scope="row"><a href="${urlOf('/pushes', { path })}">${path}</a></th><td>${proxy}</td>
<td class="wide"><strong>${reason ?? 'waits'}</strong> ${message ?? 'a sync is awaited'}</td><td class="number">${age(since, now)}</td>
<td class="actions">${actions.button(visitor, 'sync-proxies', 'Sync', { path, next: '/proxies' })}</td></tr>`,
  );
  return [
    table('Smart proxies', ['Proxy', 'Paths behind', 'Last result'], summary),
    html`<h2>Paths behind</h2>`,
    rows.length === 0
      ? html`<p class="empty">None: every smart proxy has what was published.</p>`
      : table('Paths behind', ['Path', 'Proxy', 'Why', 'Since', null], rows),
  ];
}
