/**
 * What every page has around it.
 */
import { type Html, html, type Piece } from '../html.ts';
import type { Visitor } from '../visitor.ts';

export interface Page {
  readonly title: string;
  /** null: nobody is signed in */
  readonly visitor: Visitor | null;
  /** path of the page that it belongs to, in the navigation */
  readonly at?: string;
  readonly body: Piece;
}

/** Of every form, with what a script would send as a header. */
export const TOKEN_FIELD = 'xsrf';

const PLACES = [
  ['/', 'Overview'],
  ['/pushes', 'Pushes'],
  ['/proxies', 'Proxies'],
  ['/orphans', 'Orphans'],
  ['/queues', 'Queues'],
] as const;

export function renderPage({ title, visitor, at, body }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title} · kpr</title>
<link rel="icon" href="/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/assets/kpr.css">
<script src="/assets/kpr.js" defer></script>
</head>
<body>
<a class="skip" href="#main">Skip to content</a>
${visitor && renderHeader(visitor, at)}
<main id="main" tabindex="-1">
${body}
</main>
</body>
</html>
`.text;
}

/** The hidden field of a form that writes. */
export function tokenField(visitor: Visitor): Html {
  return html`<input type="hidden" name="${TOKEN_FIELD}" value="${visitor.session?.token ?? ''}">`;
}

function renderHeader(visitor: Visitor, at: string | undefined): Html {
  const { login, role } = visitor.caller;
  const places = PLACES.filter(([path]) => path !== '/queues' || role === 'operator');
  const links = places.map(
    ([path, name]) => html`<a href="${path}"${path === at ? html` aria-current="page"` : ''}>${name}</a>`,
  );
  return html`<header class="top">
<a class="brand" href="/" aria-label="kpr, overview"><svg viewBox="0 0 16 16" width="20" height="20" aria-hidden="true"><path class="mark" d="M8 1.5 14 5v6l-6 3.5L2 11V5z"/><path class="arrow" d="M8 11.5V6m0 0L5.7 8.3M8 6l2.3 2.3"/></svg><span>kpr</span></a>
<nav aria-label="Pages">${links}</nav>
<div class="who"><span>${login ?? ''} <span class="soft">${role}</span></span>
<form method="post" action="/logout">${tokenField(visitor)}<button class="plain">Sign out</button></form></div>
</header>`;
}
