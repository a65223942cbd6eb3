/**
 * What makes pages pleasant where scripts run; without it everything works too. Live parts are replaced every five
 * seconds by those of the same page, unless somebody paused it, hides it, marks text, or is asked something.
 */
const REFRESH_MS = 5000;
const PAUSED = 'kpr-paused';

const dialog = document.createElement('dialog');
document.body.append(dialog);

/** The same control in the new part, to keep the keyboard where it was. */
function keyOf(element) {
  return [
    element.tagName,
    element.getAttribute('href'),
    element.getAttribute('name'),
    element.dataset.copy,
    element.closest('form')?.action,
    element.closest('tr')?.querySelector('th')?.textContent,
  ].join(' ');
}

function replace(part, fresh) {
  if (part.innerHTML === fresh.innerHTML) return;
  const focused = part.contains(document.activeElement) ? keyOf(document.activeElement) : null;
  const scrolled = [...part.querySelectorAll('.table')].map((table) => table.scrollLeft);
  const said = part.querySelector('[data-said]');
  const news = fresh.querySelector('[data-said]');
  if (said && news && said.innerHTML === news.innerHTML) news.removeAttribute('aria-live');
  part.replaceChildren(...fresh.childNodes);
  for (const [index, table] of part.querySelectorAll('.table').entries()) table.scrollLeft = scrolled[index] ?? 0;
  showCopyButtons(part);
  if (focused === null) return;
  const controls = [...part.querySelectorAll('a, button, input, [tabindex]')];
  controls.find((control) => keyOf(control) === focused)?.focus({ preventScroll: true });
}

async function refresh() {
  const parts = [...document.querySelectorAll('[data-live]')];
  if (parts.length === 0 || document.hidden || dialog.open || isPaused() || !getSelection().isCollapsed) return;
  const answer = await fetch(location.href, { headers: { accept: 'text/html' } });
  if (answer.status === 401) return location.reload();
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  for (const part of parts) {
    const fresh = page.getElementById(part.id);
    if (fresh) replace(part, fresh);
  }
}

function isPaused() {
  return sessionStorage.getItem(PAUSED) !== null;
}

function showPauseButtons() {
  for (const button of document.querySelectorAll('[data-pause]')) {
    button.hidden = false;
    button.textContent = isPaused() ? 'Resume refresh' : 'Pause refresh';
    button.setAttribute('aria-pressed', String(isPaused()));
  }
}

function showCopyButtons(within) {
  if (!navigator.clipboard) return;
  for (const button of within.querySelectorAll('[data-copy]')) button.hidden = false;
}

async function copy(button) {
  await navigator.clipboard.writeText(button.dataset.copy);
  button.textContent = 'Copied';
}

/** Asks what the page behind the link asks, in a dialog; Escape closes it. */
async function ask(link) {
  const answer = await fetch(link.href);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const question = page.getElementById('confirm');
  if (!answer.ok || !question) return location.assign(link.href);
  dialog.replaceChildren(question);
  dialog.setAttribute('aria-labelledby', 'confirm-title');
  dialog.showModal();
  dialog.querySelector('[name="typed"]')?.focus();
}

document.addEventListener('click', (event) => {
  const control = event.target.closest('[data-pause], [data-copy], [data-dialog], [data-close]');
  if (!control || event.metaKey || event.ctrlKey) return;
  const { dataset } = control;
  if ('pause' in dataset) {
    if (isPaused()) sessionStorage.removeItem(PAUSED);
    else sessionStorage.setItem(PAUSED, 'yes');
    showPauseButtons();
  } else if ('copy' in dataset) {
    void copy(control);
  } else if ('dialog' in dataset) {
    event.preventDefault();
    void ask(control);
  } else if (dialog.open) {
    event.preventDefault();
    dialog.close();
  }
});

// what was done is said once, not again after a reload
if (document.querySelector('[data-once]')) {
  const url = new URL(location.href);
  url.searchParams.delete('done');
  history.replaceState(null, '', url);
}
showPauseButtons();
showCopyButtons(document);
setInterval(() => refresh().catch(() => undefined), REFRESH_MS);
