/**
 * What several pages show in the same way.
 */
import { type Html, html, type Piece } from '../html.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const MOST_NAMES = 3;

/** A state as a word; its colour says it once more. */
export function stateWord(state: string): Html {
  return html`<span class="state ${state}">${state}</span>`;
}

/** `12 s`, `3 min`, `2 h`, `5 d`. */
export function duration(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1).replace('.0', '')} s`;
  if (ms < MINUTE_MS) return `${Math.round(ms / 1000)} s`;
  if (ms < HOUR_MS) return `${Math.round(ms / MINUTE_MS)} min`;
  return ms < 2 * DAY_MS ? `${Math.round(ms / HOUR_MS)} h` : `${Math.round(ms / DAY_MS)} d`;
}

/** How long ago, with the time behind it. @param at epoch milliseconds, or as text */
export function age(at: number | string, now: number): Html {
  const date = new Date(at);
  return html`<time datetime="${date.toISOString()}" title="${utc(date)}">${duration(Math.max(0, now - date.getTime()))}</time>`;
}

/** `2026-08-21 14:28 UTC` */
export function utc(at: Date | string | number): string {
  return `${new Date(at).toISOString().slice(0, 16).replace('T', ' ')} UTC`;
}

/** A path that may be broken behind its slashes. */
export function pathText(path: string): Html {
  return html`${path.split('/').map((segment, index) => (index === 0 ? segment : html`/<wbr>${segment}`))}`;
}

/** The first digits of a digest, with the rest behind them. */
export function digest(value: string | null): Html {
  if (value === null) return html`<span class="soft">none</span>`;
  return html`<code title="${value}">${value.replace(/^sha256:/, '').slice(0, 12)}</code>`;
}

/** The first few names and how many follow. */
export function names(all: readonly string[]): Piece {
  const rest = all.length - MOST_NAMES;
  return [all.slice(0, MOST_NAMES).join(', '), rest > 0 && html` <span class="soft">+${rest}</span>`];
}

/**
 * A table that scrolls sideways by itself where there is no room.
 *
 * @param head texts, or null for actions
 * @param kind names it for the style sheet
 */
export function table(caption: string, head: readonly (string | null)[], rows: readonly Html[], kind = ''): Html {
  const cells = head.map((text) =>
    text === null ? html`<th scope="col"><span class="unseen">Actions</span></th>` : html`<th scope="col">${text}</th>`,
  );
  return html`<div class="table" role="region" aria-label="Table: ${caption}" tabindex="0"><table class="${kind}">
<caption class="unseen">${caption}</caption>
<thead><tr>${cells}</tr></thead>
<tbody>${rows}</tbody>
</table></div>`;
}

/** A part of a page that is replaced while the page stands. */
export function live(id: string, body: Piece): Html {
  return html`<div id="${id}" data-live>${body}</div>`;
}

/** Where the receipt is shown. */
export function pushUrl(id: string): string {
  return `/pushes/${encodeURIComponent(id)}`;
}

/** The same, with what the API explains about its path. */
export function explainUrl(id: string): string {
  return `${pushUrl(id)}?explain=yes#explain`;
}

/** `path?query` of the values that are given. */
export function urlOf(path: string, query: Readonly<Record<string, string | undefined>>): string {
  const given = Object.entries(query).flatMap(([name, value]): [string, string][] => (value ? [[name, value]] : []));
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given).toString()}`;
}

/** Shown by the script of the page, without which there is nothing to pause. */
export function pauseButton(): Html {
  return html`<button type="button" class="plain" data-pause hidden>Pause refresh</button>`;
}
