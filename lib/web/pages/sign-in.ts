/** The form that stands wherever nobody is signed in. */
import { html } from '../html.ts';
import { renderPage } from './layout.ts';

export interface SignInForm {
  /** where to go afterwards */
  readonly next: string;
  /** login as it was typed */
  readonly login?: string;
  /** what was wrong with the attempt before */
  readonly problem?: string;
}

export function renderSignIn({ next, login = '', problem }: SignInForm): string {
  const body = html`<div class="sign-in">
<svg viewBox="0 0 16 16" width="40" height="40" aria-hidden="true"><path class="mark" d="M8 1.5 14 5v6l-6 3.5L2 11V5z"/><path class="arrow" d="M8 11.5V6m0 0L5.7 8.3M8 6l2.3 2.3"/></svg>
<h1>Sign in to kpr</h1>
<p class="soft">With your Katello account.</p>
${problem !== undefined && html`<p class="problem" role="alert">${problem}</p>`}
<form method="post" action="/login">
<input type="hidden" name="next" value="${next}">
<label>Login<input name="login" value="${login}" autocomplete="username" autocapitalize="none" spellcheck="false" required autofocus></label>
<label>Password or personal access token<input name="password" type="password" autocomplete="current-password" required></label>
<button class="main">Sign in</button>
</form>
</div>`;
  return renderPage({ title: 'Sign in', visitor: null, body });
}
