// Enhances the desk's pages where scripts run. Every page works without this file.

const PREVIEW_AFTER_MS = 400;

/** The form with the preview: refreshed a moment after the last keystroke. */
for (const form of document.querySelectorAll('form[data-preview]')) {
  const button = form.querySelector('button[data-previews]');
  let timer = 0;
  form.addEventListener('input', () => {
    clearTimeout(timer);
    timer = setTimeout(() => form.requestSubmit(button), PREVIEW_AFTER_MS);
  });
}

// Keyboard shortcuts of the parcels' table. Focus is on a row's link, so Enter needs no handling
// here.

const KEYS_OFF = 'waybill-keys-off';
const help = document.getElementById('keys');
const rows = () => [...document.querySelectorAll('tr[data-row]')];
const linkOf = (row) => row.querySelector('a');
const isTyping = (at) =>
  at instanceof HTMLElement &&
  at.matches('input:not([type="checkbox"]), select, textarea, [contenteditable]');

function stored() {
  try {
    return localStorage.getItem(KEYS_OFF) !== null;
  } catch {
    return false;
  }
}

function store(isOff) {
  try {
    if (isOff) localStorage.setItem(KEYS_OFF, '1');
    else localStorage.removeItem(KEYS_OFF);
  } catch {
    // Without storage, the setting applies to this page only.
  }
}

/** Index of the row with the focus; -1: none. */
const rowNr = () => rows().findIndex((row) => row.contains(document.activeElement));

function go(by) {
  const all = rows();
  const at = rowNr();
  const next = at === -1 ? (by > 0 ? 0 : all.length - 1) : at + by;
  const row = all[next];
  if (row === undefined) return;
  linkOf(row)?.focus();
  row.scrollIntoView({ block: 'nearest' });
}

const DOES = {
  j: () => go(1),
  k: () => go(-1),
  x() {
    rows()[rowNr()]?.querySelector('input[type="checkbox"]')?.click();
  },
  '/': () => document.getElementById('q')?.select(),
  '?'() {
    help.open = !help.open;
    if (help.open) help.querySelector('summary')?.focus();
  },
};

if (help !== null) {
  const on = document.getElementById('keys-on');
  help.hidden = false;
  on.checked = !stored();
  on.addEventListener('change', () => store(!on.checked));
  document.addEventListener('keydown', (event) => {
    const { key, target } = event;
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (key === 'Escape' && target === document.getElementById('q')) target.blur();
    if (isTyping(target)) return;
    // Arrow keys scroll the page unless the focus is in the table.
    if ((key === 'ArrowDown' || key === 'ArrowUp') && rowNr() !== -1) {
      event.preventDefault();
      go(key === 'ArrowDown' ? 1 : -1);
      return;
    }
    if (!on.checked || !Object.hasOwn(DOES, key)) return;
    event.preventDefault();
    DOES[key]();
  });
}

// Live table updates: only cells change, never the selection or the focus.

const SAYS_AFTER_MS = 2_000;
const banner = document.getElementById('news');
let unannounced = [];

/** One announcement for all changes within a moment. */
function say(what) {
  unannounced.push(what);
  if (unannounced.length > 1) return;
  setTimeout(() => {
    banner.textContent =
      unannounced.length === 1
        ? unannounced[0]
        : banner.dataset.changed.replace('{n}', unannounced.length);
    unannounced = [];
  }, SAYS_AFTER_MS);
}

function change({ id, version, says, cells, gone }) {
  const row = rows().find(({ dataset }) => dataset.row === id);
  if (row === undefined || row.dataset.version === version) return;
  if (gone) {
    if (row.classList.contains('gone')) return;
    row.classList.add('gone');
    say(banner.dataset.gone.replace('{number}', () => linkOf(row).textContent.trim()));
    return;
  }
  row.dataset.version = version;
  for (const cell of row.querySelectorAll('td[data-col]')) {
    const html = cells[cell.dataset.col];
    if (html !== undefined) cell.innerHTML = html;
  }
  say(says);
}

const AGAIN_AFTER_MS = 30_000;

if (banner?.dataset.live) {
  let source = null;
  let again = 0;
  const close = () => {
    clearTimeout(again);
    source?.close();
    source = null;
  };
  // Only visible pages hold a connection: over HTTP/1.1 a browser has six for all its tabs.
  const open = () => {
    close();
    if (document.visibilityState !== 'visible') return;
    const opened = new EventSource(banner.dataset.live);
    source = opened;
    opened.addEventListener('row', ({ data }) => change(JSON.parse(data)));
    // After any answer but 200 the browser gives up for good.
    opened.addEventListener('error', () => {
      if (source !== opened || opened.readyState !== EventSource.CLOSED) return;
      clearTimeout(again);
      again = setTimeout(open, AGAIN_AFTER_MS);
    });
  };
  open();
  document.addEventListener('visibilitychange', open);
  // A page restored from the back/forward cache is reloaded.
  addEventListener('pagehide', close);
  addEventListener('pageshow', ({ persisted }) => persisted && location.reload());
}
