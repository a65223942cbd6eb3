/** The page for what went wrong. */
import type { Problem } from '../answer.ts';
import { html } from '../html.ts';
import type { Visitor } from '../visitor.ts';
import { renderPage } from './layout.ts';

export function renderProblem(
  status: number,
  { message, hint }: Pick<Problem, 'message' | 'hint'>,
  visitor: Visitor | null,
): string {
  const title = TITLES[status] ?? 'It did not work';
  const body = html`<section class="problem-page" aria-labelledby="problem">
<h1 id="problem">${title}</h1>
<p role="alert">${message}</p>
${hint !== null && html`<p class="soft">${hint}</p>`}
<p><a href="/">Overview</a></p>
</section>`;
  return renderPage({ title, visitor, body });
}

const TITLES: Readonly<Record<number, string>> = {
  403: 'Not allowed',
  404: 'Not found',
  409: 'Refused',
  429: 'Too fast',
  503: 'Not available now',
};
