/** Pushes as rows of a table. */
import type { Receipt } from '../../domain/receipt.ts';
import { type Html, html, type Piece } from '../html.ts';
import { age, names, pathText, pushUrl, stateWord, table } from './parts.ts';

export function renderPushes(caption: string, receipts: readonly Receipt[], now: number): Html {
  const rows = receipts.map(
    (receipt) => html`<tr>
<th scope="row"><a href="${pushUrl(receipt.id)}">${pathText(receipt.path)}</a></th>
<td>${names(namesOf(receipt))}</td>
<td>${stateWord(receipt.state)}</td>
<td>${renderProxies(receipt)}</td>
<td>${receipt.user ?? html`<span class="soft">unknown</span>`}</td>
<td class="number">${age(receipt.pushedAt, now)}</td>
</tr>`,
  );
  return table(caption, ['Path', 'Tags', 'State', 'Proxies', 'User', 'Age'], rows, 'pushes');
}

/** Tags that changed, or else those that did not. */
export function namesOf({ tags, leftAlone }: Receipt): string[] {
  return [...new Set([...tags.map(({ name }) => name), ...leftAlone.map(({ tag }) => tag)])];
}

function renderProxies({ proxies }: Receipt): Piece {
  if (proxies.length === 0) return html`<span class="soft">–</span>`;
  const served = proxies.filter(({ outcome }) => outcome === 'served').length;
  const skipped = proxies.filter(({ outcome }) => outcome === 'skipped').length;
  return `${served}/${proxies.length - skipped}`;
}
