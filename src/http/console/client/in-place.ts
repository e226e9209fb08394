import morphdom from 'morphdom';

/** Dispatched on the document after its content has changed without a new page. */
export const CHANGED = 'waybill:changed';
/** How long a filter waits for the next keystroke before it acts. */
const TYPED_MS = 300;
const PREVIEW_AFTER_MS = 400;

let latest = 0;

/**
 * Shows the page at a URL in place of the present one: only what differs is replaced, so focus,
 * selection and scroll position stay. Falls back to an ordinary visit.
 */
export async function show(url: string, init: RequestInit = {}): Promise<void> {
  latest += 1;
  const mine = latest;
  document.body.setAttribute('aria-busy', 'true');
  try {
    const response = await fetch(url, { ...init, headers: { accept: 'text/html' } });
    if (mine !== latest) return;
    const isPage = response.headers.get('content-type')?.startsWith('text/html') ?? false;
    const isElsewhere = new URL(response.url).pathname !== location.pathname;
    // Another page may need another script and policy, so it is opened as usual.
    if (!isPage || (response.redirected && isElsewhere)) {
      location.assign(response.url);
      return;
    }
    const next = new DOMParser().parseFromString(await response.text(), 'text/html');
    if (!isElsewhere) history.replaceState(null, '', withoutNotice(response.url));
    put(next);
  } catch {
    if (init.method !== 'POST') location.assign(url);
  } finally {
    if (mine === latest) document.body.removeAttribute('aria-busy');
  }
}

/** A reload must not repeat what the last form did. */
function withoutNotice(url: string): string {
  const shown = new URL(url);
  for (const name of ['done', 'job']) shown.searchParams.delete(name);
  return shown.href;
}

function put(next: Document): void {
  document.title = next.title;
  morphdom(document.body, next.body, {
    onBeforeElUpdated(from, to) {
      // What the person has opened, written or chosen stays.
      if (from instanceof HTMLDetailsElement && from.open) to.setAttribute('open', '');
      if (from.id === 'panel' || from instanceof HTMLDialogElement) return false;
      const isWriting = from === document.activeElement && from instanceof HTMLInputElement;
      if (isWriting && to instanceof HTMLInputElement && from.type !== 'checkbox') {
        to.value = from.value;
      }
      return !from.isEqualNode(to);
    },
  });
  document.dispatchEvent(new CustomEvent(CHANGED));
}

/** Filters act at once, and forms respond on the page they stand on. */
export function applyForms(): void {
  let timer = 0;
  document.addEventListener('input', ({ target }) => {
    if (!(target instanceof Element)) return;
    const preview = target.closest<HTMLFormElement>('form[data-preview]');
    const filters = target.closest<HTMLFormElement>('form.acts-at-once');
    const form = preview ?? filters;
    if (form === null) return;
    // The fields that a preview depends on; none named: all.
    const of = preview?.querySelector<HTMLElement>('[data-previews]')?.dataset['previews'];
    if (of && !target.matches(of)) return;
    clearTimeout(timer);
    const isTyped = target.matches('input[type="search"], input[type="text"], textarea');
    const button = form.querySelector<HTMLButtonElement>('button[data-previews]');
    const waitMs = preview ? PREVIEW_AFTER_MS : isTyped ? TYPED_MS : 0;
    timer = setTimeout(() => form.requestSubmit(button), waitMs);
  });
  document.addEventListener('submit', (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || form.target !== '') return;
    const { submitter } = event;
    const action = submitter?.getAttribute('formaction') ?? form.getAttribute('action') ?? '';
    if (submitter?.getAttribute('formtarget')) return;
    if (form.method === 'get') {
      if (!form.classList.contains('acts-at-once')) return;
      event.preventDefault();
      void show(`${new URL(action, location.href).pathname}?${filled(form)}`);
      return;
    }
    if (form.enctype === 'multipart/form-data' || form.matches('[data-full], .entry form')) return;
    event.preventDefault();
    const fields = new URLSearchParams();
    for (const [name, value] of new FormData(form, submitter)) {
      if (typeof value === 'string') fields.append(name, value);
    }
    void show(new URL(action, location.href).href, { method: 'POST', body: fields });
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

/** The query of a form, without its empty fields. */
function filled(form: HTMLFormElement): URLSearchParams {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) {
    if (typeof value === 'string' && value !== '') query.append(name, value);
  }
  return query;
}
