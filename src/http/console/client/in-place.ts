import { PAGE_CHANGED } from '../../maps/map-data.ts';
import { closePanel } from './lists.ts';
import { whenReleased } from './presses.ts';
import { isChanged, readFields, renew } from './renew.ts';

/** How long a filter waits for the next keystroke before it acts. */
const TYPING_PAUSE_MS = 300;
const PREVIEW_PAUSE_MS = 400;

let latestRequest = 0;
const sending = new Set<HTMLFormElement>();
let lastSent = Promise.resolve();

/**
 * Shows the page at a URL in place of the present one: only what differs is replaced, so focus,
 * selection and scroll position stay. Waits for forms that are being sent, so the page shows what
 * they did.
 * @param how `surely`: opens the URL as usual if that fails. `try`: does nothing if it fails, or
 *   while a form is being sent, whose answer may be shown only once.
 */
export async function show(url: string, how: 'surely' | 'try' = 'surely'): Promise<void> {
  if (how === 'try' && sending.size > 0) return;
  const before = readFields();
  await lastSent;
  try {
    await fetchAndShow(url, undefined, undefined, before);
  } catch {
    if (how === 'surely') location.assign(url);
  }
}

/** Sends forms in order; a second press of a button is ignored until its form has been answered. */
function post(form: HTMLFormElement, url: string, body: URLSearchParams): void {
  if (sending.has(form)) return;
  sending.add(form);
  const before = readFields();
  lastSent = lastSent
    .then(() => fetchAndShow(url, body, form, before))
    .catch(() => {
      const toasts = document.querySelector<HTMLElement>('.toasts');
      const notice = Object.assign(document.createElement('p'), { className: 'notice warn' });
      notice.textContent = toasts?.dataset['failed'] ?? '';
      toasts?.replaceChildren(notice);
    })
    .finally(() => sending.delete(form));
}

/**
 * Fetches a page and shows it, unless another request has begun in the meantime.
 * @param body the fields of a form.
 * @param sent the form that was sent; its fields are emptied if it was accepted. Absent: a preview.
 * @param before fields changed since then are not replaced.
 */
async function fetchAndShow(
  url: string,
  body?: URLSearchParams,
  sent?: HTMLFormElement,
  before = readFields(),
): Promise<void> {
  const isPreview = body !== undefined && sent === undefined;
  latestRequest += 1;
  const request = latestRequest;
  document.body.setAttribute('aria-busy', 'true');
  try {
    const init = body ? { method: 'POST', body } : {};
    const response = await fetch(url, { ...init, headers: { accept: 'text/html' } });
    if (request !== latestRequest) return;
    const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
    const isElsewhere = new URL(response.url).pathname !== location.pathname;
    // Anything else would replace what is being typed.
    if (isPreview && (!response.ok || isElsewhere)) return;
    // Another page may need another script and policy, so it is opened as usual.
    if (!isPage || (response.redirected && isElsewhere)) {
      location.assign(response.url);
      return;
    }
    const html = await response.text();
    await whenReleased();
    if (request !== latestRequest) return;
    const next = new DOMParser().parseFromString(html, 'text/html');
    if (!isElsewhere) history.replaceState(null, '', withoutNotice(response.url));
    if (response.ok && sent) {
      empty(sent, before);
      // What was made is shown instead of its form.
      sent.closest('.adding')?.removeAttribute('open');
      if (sent.closest('#panel')) closePanel();
    }
    document.title = next.title;
    const focused = document.activeElement;
    // A select shows what was asked for.
    const isAnswered = sent?.contains(focused) || (!isPreview && focused?.matches('select'));
    renew(document.body, next.body, before, isAnswered ? null : focused);
    document.dispatchEvent(new CustomEvent(PAGE_CHANGED));
    // As a new page would do.
    if (!response.ok && !(focused && isChanged(focused, before)))
      document.querySelector<HTMLElement>('main [autofocus]')?.focus();
  } finally {
    if (request === latestRequest) document.body.removeAttribute('aria-busy');
  }
}

/** Empties the fields of a form, except those changed since it was sent. */
function empty(form: HTMLFormElement, before: ReturnType<typeof readFields>): void {
  const changed = [...form.elements].filter((field) => isChanged(field, before));
  // A field of no form is not reset.
  for (const field of changed) field.setAttribute('form', '');
  form.reset();
  for (const field of changed) field.removeAttribute('form');
}

/** The URL without the notice about the last form, which a reload must not show again. */
function withoutNotice(url: string): string {
  const shown = new URL(url);
  for (const name of ['done', 'job']) shown.searchParams.delete(name);
  return shown.href;
}

/** Lets filters act at once, and sends forms without leaving their page. */
export function applyForms(): void {
  let timer = 0;
  let waiting: HTMLFormElement | null = null;
  document.addEventListener('input', ({ target }) => {
    if (!(target instanceof Element)) return;
    const preview = target.closest<HTMLFormElement>('form[data-preview]');
    const filters = target.closest<HTMLFormElement>('form.acts-at-once');
    const form = preview ?? filters;
    if (form === null || (filters && target.matches(':invalid'))) return;
    // The fields that a preview depends on.
    const selector = preview?.querySelector<HTMLElement>('[data-previews]')?.dataset['previews'];
    if (selector !== undefined && !target.matches(selector)) return;
    clearTimeout(timer);
    waiting = form;
    const isTyped = target.matches('input[type="search"], input[type="text"], textarea');
    const button = form.querySelector<HTMLButtonElement>('button[data-previews]');
    // Without delay: a page that comes in the meantime would undo what was pressed.
    if (!preview && !isTyped) form.requestSubmit();
    else
      timer = setTimeout(
        () => form.requestSubmit(button),
        preview ? PREVIEW_PAUSE_MS : TYPING_PAUSE_MS,
      );
  });
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.target !== '') return;
    if (form === waiting) clearTimeout(timer);
    const { submitter } = event;
    const action = submitter?.getAttribute('formaction') ?? form.getAttribute('action') ?? '';
    if (submitter?.getAttribute('formtarget')) return;
    if (form.method === 'get') {
      if (!form.classList.contains('acts-at-once')) return;
      event.preventDefault();
      void show(`${new URL(action, location.href).pathname}?${queryOf(form)}`);
      return;
    }
    const data = [...new FormData(form, submitter)];
    const hasFile = data.some(([, value]) => value instanceof File && value.size > 0);
    if (hasFile || form.matches('[data-full], .entry form')) return;
    event.preventDefault();
    const fields = new URLSearchParams();
    for (const [name, value] of data) if (typeof value === 'string') fields.append(name, value);
    const url = new URL(action, location.href).href;
    if (!submitter?.matches('[data-previews]')) post(form, url, fields);
    // Not after the form was sent, whose answer may be shown only once.
    else if (sending.size === 0) fetchAndShow(url, fields).catch(() => {});
  });
  document.addEventListener('click', (event) => {
    const { target, ctrlKey, metaKey, shiftKey, button } = event;
    if (!(target instanceof Element) || ctrlKey || metaKey || shiftKey || button !== 0) return;
    const link = target.closest<HTMLAnchorElement>('[data-in-place] a[href]');
    if (link === null || link.pathname !== location.pathname) return;
    event.preventDefault();
    history.pushState(null, '', link.href);
    void show(link.href);
  });
  addEventListener('popstate', () => void show(location.href));
}

/** Parameters of a page's query that are left out when a filter changes. */
const RESET_BY_FILTERS = ['cursor', 'page', 'done', 'job'];

/**
 * The query of a form, without its empty fields. Parameters without a visible field, such as the
 * tab, are taken from the page's URL: it has a tab that was just pressed before the tab's page
 * arrives.
 */
function queryOf(form: HTMLFormElement): URLSearchParams {
  const shows = (name: string) =>
    form.querySelector(`[name="${CSS.escape(name)}"]:not([type="hidden"])`) !== null;
  const query = new URLSearchParams();
  for (const [name, value] of new URLSearchParams(location.search)) {
    if (!shows(name) && !RESET_BY_FILTERS.includes(name)) query.append(name, value);
  }
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && value !== '' && shows(name)) query.append(name, value);
  }
  return query;
}
